package dev.culvert.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.culvert.about.Check;
import dev.culvert.about.Units;
import dev.culvert.about.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private static final String EVERYTHING =
            """
            { // all of it
              "colour": "dark_red", /* like wine */
              "lamp": {"name": "Anglepoise", "watts": 60, "on": true, "after": "90s"},
              "store": {"file": "/tmp/x", "room": "64KiB", "hosts": ["a", "b"], "token": "hush"},
              "users": [
                {"id": "ann", "extra": {"a": [1, 2.50, null], "b": "\\"x\\""}},
                {"id": "bob",},
              ],
            }
            """;

    @Test
    void everythingIsTheDefaultWhereNothingIsSaid() throws Exception {
        assertThat(read("{}")).isEqualTo(House.DEFAULTS);
        assertThat(Settings.read(List.of(), House::read).value()).isEqualTo(House.DEFAULTS);
    }

    @Test
    void readsEveryKindFromAFileWithCommentsAndTrailingCommas() throws Exception {
        assertThat(read(EVERYTHING))
                .isEqualTo(
                        new House(
                                Colour.DARK_RED,
                                new Lamp("Anglepoise", 60, true, Duration.ofSeconds(90)),
                                new Store(
                                        Optional.of(Path.of("/tmp/x")),
                                        65_536,
                                        List.of("a", "b"),
                                        Optional.of("hush")),
                                List.of(
                                        new User(
                                                "ann",
                                                Optional.of(
                                                        "{\"a\": [1, 2.50, null], \"b\":"
                                                                + " \"\\\"x\\\"\"}")),
                                        new User("bob", Optional.empty()))));
    }

    @Test
    void nullSaysNothing() throws Exception {
        assertThat(read("{\"colour\": null, \"lamp\": null, \"store\": {\"room\": null}}"))
                .isEqualTo(House.DEFAULTS);
    }

    @Test
    void tellsEveryProblemOfAFileAtOnceInItsOrder() {
        assertThat(
                        problems(
                                """
                                {
                                  "color": "red",
                                  "lamp": {
                                    "watts": 5000,
                                    "on": 1,
                                    "after": "soon",
                                    "name": "",
                                    "watt": 5
                                  },
                                  "users": [
                                    {"id": "ann", "role": "cook"},
                                    {"id": ""},
                                    {},
                                    7
                                  ],
                                  "store": ["room"],
                                  "elsewhere": {}
                                }
                                """))
                .containsExactly(
                        "house.jsonc:2:3: unknown key 'color': did you mean 'colour'?",
                        "house.jsonc:4:5: lamp.watts is 5000: it must be from 1 to 100",
                        "house.jsonc:5:5: lamp.on is 1: it must be true or false",
                        "house.jsonc:6:5: lamp.after is \"soon\": it must be a time such as"
                                + " \"500ms\", \"10s\", \"2m\" or \"1h\", or a number of seconds, up to"
                                + " a year",
                        "house.jsonc:7:5: lamp.name is \"\": it must not be empty",
                        "house.jsonc:8:5: unknown key 'lamp.watt': did you mean 'lamp.watts'?",
                        "house.jsonc:11:19: unknown key 'users[0].role': the keys here are id, extra",
                        "house.jsonc:12:6: users[1].id is \"\": it must not be empty",
                        "house.jsonc:13:5: users[2]: id is \"\": it must not be empty",
                        "house.jsonc:14:5: users[3] is 7: it must be an object",
                        "house.jsonc:16:3: store is a list: it must be an object",
                        "house.jsonc:17:3: unknown key 'elsewhere': the keys here are colour, lamp, store,"
                                + " users");
    }

    @Test
    void whatTwoListElementsDisputeIsToldWithBothPlaces() {
        assertThat(
                        problems(
                                """
                                {"users": [
                                  {"id": ""},
                                  {"id": "ann"},
                                  {"id": "bob"},
                                  {"id": "ann"},
                                  {"id": "bob"}
                                ]}
                                """))
                .containsExactly(
                        "house.jsonc:2:4: users[0].id is \"\": it must not be empty",
                        "house.jsonc:5:4: users[3].id is \"ann\": users[1].id (house.jsonc:3:4) is"
                                + " the same",
                        "house.jsonc:6:4: users[4].id is \"bob\": users[2].id (house.jsonc:4:4) is"
                                + " the same");
    }

    @Test
    void whatNoKeyIsToBlameForIsToldOfTheSection() {
        assertThat(problems("{\n  \"lamp\": {\"name\": \"dark\", \"watts\": 50, \"no\": 1}\n}"))
                .containsExactly(
                        "house.jsonc:2:3: lamp: after is 1m: a dark lamp goes off at once",
                        "house.jsonc:2:41: unknown key 'lamp.no': did you mean 'lamp.on'?");
    }

    @Test
    void aFileThatIsWrongThroughoutIsNotReadForEver() {
        String users = "{\"id\": \"ann\"},".repeat(5_000);
        assertThat(problems("{\"users\": [" + users + "]}")).hasSizeBetween(50, 100);
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void aMistakeOfSyntaxIsToldWithItsPlace(String text, String problem) {
        assertThat(problems(text)).singleElement().asString().startsWith("house.jsonc:" + problem);
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of("", "1:1: there is nothing here"),
                Arguments.of("// only this", "1:13: there is nothing here"),
                Arguments.of("[]", "1:1: settings are one object"),
                Arguments.of("{} {}", "1:4: there is something after the end"),
                Arguments.of("{\n  \"a\": tru\n}", "2:8: not JSON: there is a word without quotes"),
                Arguments.of("{\n  a: 1}", "2:3: not JSON: Unexpected character ('a'"),
                Arguments.of("{\"a\": [1,\n", "2:1: not JSON: Unexpected end-of-input"),
                Arguments.of("{\"a\":".repeat(65), "1:321: over 64 levels deep"),
                Arguments.of(
                        "{\n\"lamp\": {\"on\": true},\n  \"lamp\": {}}",
                        "3:3: 'lamp' appears a second time, first at house.jsonc:2:1"));
    }

    @Test
    void anUnfinishedObjectIsToldWithWhereItBegan() {
        assertThat(problems("{\n  \"lamp\": {"))
                .singleElement()
                .asString()
                .contains("(opened at 2:11)")
                .doesNotContain("Source");
    }

    @Test
    void aFileThatCannotBeReadIsToldInASentence(@TempDir Path folder) throws Exception {
        Path latin = Files.write(folder.resolve("latin"), new byte[] {'{', (byte) 0xE9, '}'});
        assertThat(problemsOf(folder.resolve("none")))
                .containsExactly(folder.resolve("none") + ": there is no such file");
        assertThat(problemsOf(latin))
                .containsExactly(latin + ": it is not UTF-8: save it again in that encoding");
        assertThat(problemsOf(folder))
                .singleElement()
                .asString()
                .isEqualTo(folder + ": it is a directory: name the file in it");
    }

    @Test
    void theStrongestLayerThatSaysSomethingCounts() throws Exception {
        Map<String, Node> flags = Map.of("lamp.watts", Node.plain(Position.of("flag --w"), "1"));
        Layer environment =
                Layer.environment(
                        "HOUSE_", Map.of("HOUSE_LAMP_WATTS", "2", "HOUSE_LAMP_NAME", "env"));
        Layer file =
                Layer.text("f", "{\"lamp\": {\"watts\": 3, \"name\": \"file\", \"on\": true}}");
        House house = Settings.read(List.of(flags::get, environment, file), House::read).value();
        assertThat(house.lamp()).isEqualTo(new Lamp("env", 1, true, Lamp.DEFAULTS.after()));
    }

    @Test
    void theEnvironmentHasTextsForEveryKind() throws Exception {
        Map<String, String> variables =
                Map.of(
                        "HOUSE_COLOUR", "dark_red",
                        "HOUSE_LAMP_NAME", "17",
                        "HOUSE_LAMP_WATTS", "60",
                        "HOUSE_LAMP_ON", "true",
                        "HOUSE_LAMP_AFTER", "5",
                        "HOUSE_STORE_ROOM", "1MiB",
                        "HOUSE_STORE_FILE", "/x",
                        "HOUSE_STORE_HOSTS", "a, b",
                        "HOUSE_USERS", "[{\"id\": \"ann\"}]",
                        "HOUSE_LAMP", "a section has no variable");
        assertThat(fromEnvironment(variables))
                .isEqualTo(
                        new House(
                                Colour.DARK_RED,
                                new Lamp("17", 60, true, Duration.ofSeconds(5)),
                                new Store(
                                        Optional.of(Path.of("/x")),
                                        1 << 20,
                                        List.of("a", "b"),
                                        Optional.empty()),
                                List.of(new User("ann", Optional.empty()))));
    }

    @Test
    void aListInTheEnvironmentMayBeJsonOrEmpty() throws Exception {
        assertThat(fromEnvironment(Map.of("HOUSE_STORE_HOSTS", "[\"a,b\"]")).store().hosts())
                .containsExactly("a,b");
        assertThat(fromEnvironment(Map.of("HOUSE_STORE_HOSTS", "")).store().hosts()).isEmpty();
    }

    @Test
    void problemsOfOtherLayersNameThem() {
        Map<String, String> variables =
                Map.of(
                        "HOUSE_LAMP_WATTS", "many",
                        "HOUSE_LAMP_NAMES", "slip",
                        "HOUSE_SERVICE_HOST", "somebody else's",
                        "HOUSE_USERS", "[{]");
        assertThat(problems(() -> fromEnvironment(variables)))
                .satisfiesExactly(
                        it ->
                                assertThat(it)
                                        .isEqualTo(
                                                "environment HOUSE_LAMP_NAMES: no such setting: did"
                                                        + " you mean HOUSE_LAMP_NAME?"),
                        it ->
                                assertThat(it)
                                        .isEqualTo(
                                                "environment HOUSE_LAMP_WATTS: lamp.watts is"
                                                        + " \"many\": it must be a whole number"),
                        it -> assertThat(it).startsWith("environment HOUSE_USERS:1:3: not JSON: "));
    }

    @Test
    void printsAllSettingsWithWhoSetThem() throws Exception {
        Map<String, Node> flags = Map.of("lamp.watts", Node.plain(Position.of("flag --w"), "1"));
        String printed =
                Settings.read(
                                List.of(flags::get, Layer.text("house.jsonc", EVERYTHING)),
                                House::read)
                        .print();
        assertThat(printed)
                .isEqualTo(
                        """
                        // The settings in force. What is no default says who set it.
                        {
                          "colour": "dark_red", // house.jsonc:2:3
                          "lamp": {
                            "name": "Anglepoise", // house.jsonc:3:12
                            "watts": 1, // flag --w
                            "on": true, // house.jsonc:3:47
                            "after": "90s" // house.jsonc:3:59
                          },
                          "store": {
                            "file": "/tmp/x", // house.jsonc:4:13
                            "room": "64KiB", // house.jsonc:4:31
                            "hosts": ["a", "b"], // house.jsonc:4:48
                            "token": null // house.jsonc:4:69, not shown
                          },
                          "users": [
                            {
                              "id": "ann", // house.jsonc:6:6
                              "extra": {"a": [1, 2.50, null], "b": "\\"x\\""} // house.jsonc:6:19
                            },
                            {
                              "id": "bob", // house.jsonc:7:6
                              "extra": null
                            }
                          ] // house.jsonc:5:3
                        }
                        """);
    }

    @Test
    void whatIsPrintedReadsBack() throws Exception {
        Settings<House> settings =
                Settings.read(
                        List.of(Layer.text("f", EVERYTHING.replace("\"hush\"", "null"))),
                        House::read);
        assertThat(read(settings.print())).isEqualTo(settings.value());
        String defaults = Settings.read(List.of(), House::read).print();
        assertThat(defaults.lines().skip(1)).noneMatch(line -> line.contains("//"));
        assertThat(read(defaults)).isEqualTo(House.DEFAULTS);
    }

    @Test
    void aSecretIsNotShownInMessagesEither() {
        assertThat(problems("{\"store\": {\"token\": 1234}}"))
                .containsExactly(
                        "house.jsonc:1:12: store.token is something else: it must be a text in"
                                + " quotes");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0s",
        "5, 5s",
        "500ms, 500ms",
        "1500ms, 1500ms",
        "60s, 1m",
        "90s, 90s",
        "120m, 2h",
        "8760h, 8760h",
        "1000 ms, 1s"
    })
    void aTimeIsPrintedInTheLargestUnitThatFits(String written, String printed) {
        assertThat(Units.text(Units.duration(written))).isEqualTo(printed);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "512, 512",
        "1000B, 1000",
        "1024, 1KiB",
        "65536, 64KiB",
        "1 MiB, 1MiB",
        "1GiB, 1GiB",
        "2147483647, 2147483647"
    })
    void aSizeIsPrintedInTheLargestUnitThatFits(String written, String printed) {
        assertThat(Units.text(Units.bytes(written))).isEqualTo(printed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\"",
                "\"s\"",
                "\"-1s\"",
                "-1",
                "1.5",
                "\"1.5s\"",
                "\"1 d\"",
                "\"1S\"",
                "true",
                "\"8761h\"",
                "\"9999999999999\"",
                "[1]"
            })
    void whatIsNoTimeIsRefused(String written) {
        assertThat(problems("{\"lamp\": {\"after\": " + written + "}}"))
                .singleElement()
                .asString()
                .startsWith("house.jsonc:1:11: lamp.after is ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"1KB\"", "\"1kib\"", "2147483648", "\"2GiB\"", "-1", "1e3", "{}"})
    void whatIsNoSizeIsRefused(String written) {
        assertThat(problems("{\"store\": {\"room\": " + written + "}}"))
                .singleElement()
                .asString()
                .startsWith("house.jsonc:1:12: store.room is ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"5\"", "5.0", "5e0", "2147483648", "true"})
    void whatIsNoWholeNumberIsRefused(String written) {
        assertThat(problems("{\"lamp\": {\"watts\": " + written + "}}"))
                .containsExactly(
                        "house.jsonc:1:11: lamp.watts is "
                                + written
                                + ": it must be a whole number");
    }

    @Test
    void aChoiceNamesWhatThereIsToChoose() {
        assertThat(problems("{\"colour\": \"blue\"}"))
                .containsExactly(
                        "house.jsonc:1:2: colour is \"blue\": it must be one of red, dark_red");
    }

    @Test
    void aChoiceThatIsMisspeltHasANearOne() {
        assertThat(problems("{\"colour\": \"dark_rde\"}"))
                .containsExactly(
                        "house.jsonc:1:2: colour is \"dark_rde\": it must be one of red, dark_red;"
                                + " did you mean dark_red?");
    }

    @Test
    void anElementOfAListIsToldWithItsOwnPlace() {
        assertThat(problems("{\"store\": {\"hosts\": [\"a\",\n  5,\n  \"\"]}}"))
                .containsExactly(
                        "house.jsonc:2:3: store.hosts[1] is 5: it must be a host",
                        "house.jsonc:3:3: store.hosts[2]: a host has a name");
    }

    @Test
    void bothProgramsKnowTheirVersion() {
        assertThat(Version.text()).matches("\\d+\\.\\d+\\.\\d+.*");
    }

    private static House read(String text) throws BadSettingsException {
        return Settings.read(List.of(Layer.text("house.jsonc", text)), House::read).value();
    }

    private static House fromEnvironment(Map<String, String> variables)
            throws BadSettingsException {
        Layer environment = Layer.environment("HOUSE_", variables);
        return Settings.read(List.of(environment), House::read).value();
    }

    private static List<String> problems(String text) {
        return problems(() -> read(text));
    }

    private static List<String> problemsOf(Path file) {
        return problems(() -> Layer.file(file));
    }

    private static List<String> problems(ThrowingCallable it) {
        return catchThrowableOfType(BadSettingsException.class, it).mistakes();
    }

    enum Colour {
        RED,
        DARK_RED
    }

    record Lamp(String name, int watts, boolean on, Duration after) {
        static final Lamp DEFAULTS = new Lamp("lamp", 40, false, Duration.ofMinutes(1));

        Lamp {
            Check.that(!name.isEmpty(), "name", "\"\"", "it must not be empty");
            Check.between("watts", watts, 1, 100);
            Check.notNegative("after", after);
            Check.that(
                    !name.equals("dark") || after.isZero(),
                    "after",
                    Units.text(after),
                    "a dark lamp goes off at once");
        }

        static Lamp read(Section in) {
            return new Lamp(
                    in.get("name", Kind.TEXT, DEFAULTS.name),
                    in.get("watts", Kind.INT, DEFAULTS.watts),
                    in.get("on", Kind.BOOLEAN, DEFAULTS.on),
                    in.get("after", Kind.DURATION, DEFAULTS.after));
        }
    }

    record Store(Optional<Path> file, int room, List<String> hosts, Optional<String> token) {
        static final Store DEFAULTS =
                new Store(Optional.empty(), 1024, List.of("here"), Optional.empty());
        private static final Kind<String> HOST =
                Kind.text(
                        "a host",
                        text -> {
                            if (text.isEmpty()) {
                                throw new IllegalArgumentException("a host has a name");
                            }
                            return text;
                        });

        static Store read(Section in) {
            return new Store(
                    in.find("file", Kind.PATH),
                    in.get("room", Kind.BYTES, DEFAULTS.room),
                    in.list("hosts", HOST, DEFAULTS.hosts),
                    in.find("token", Kind.TEXT.secret()));
        }
    }

    record User(String id, Optional<String> extra) {
        User {
            Check.that(!id.isEmpty(), "id", "\"\"", "it must not be empty");
        }

        static User read(Section in) {
            return new User(in.get("id", Kind.TEXT, ""), in.find("extra", Kind.OBJECT));
        }
    }

    record House(Colour colour, Lamp lamp, Store store, List<User> users) {
        static final House DEFAULTS =
                new House(Colour.RED, Lamp.DEFAULTS, Store.DEFAULTS, List.of());

        House {
            Set<String> seen = new HashSet<>();
            for (int index = 0; index < users.size(); index++) {
                String id = users.get(index).id();
                if (!seen.add(id)) {
                    List<String> ids = users.stream().map(User::id).toList();
                    throw new IllegalArgumentException(
                            "users[%d].id is \"%s\": users[%d].id is the same"
                                    .formatted(index, id, ids.indexOf(id)));
                }
            }
        }

        static House read(Section in) {
            return new House(
                    in.get("colour", Kind.choice(Colour.class), DEFAULTS.colour),
                    in.section("lamp", Lamp::read),
                    in.section("store", Store::read),
                    in.sections("users", User::read));
        }
    }
}
