package dev.culvert.daemon.client.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.client.console.Suggestions.Item;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SuggestionsTest {
    private static Suggestions of(String text, Mode mode) {
        return Suggestions.of(
                text,
                new Suggestions.Sources(
                        Catalogues.ALL,
                        mode,
                        label ->
                                label.equals("AGENT") ? List.of("web-1", "web-2", "db") : List.of(),
                        begin -> List.of(begin + "a.txt", begin + "b/")));
    }

    private static List<String> items(String text) {
        return items(text, Mode.APPLY);
    }

    private static List<String> items(String text, Mode mode) {
        return of(text, mode).items().stream().map(Item::insert).toList();
    }

    @Test
    void aSlashShowsWhatThereIsAndTypingFilters() {
        assertThat(items("/")).contains("help", "use", "agents", "status", "log-level");
        assertThat(of("/", Mode.APPLY).items())
                .extracting(Item::group)
                .startsWith("Console")
                .endsWith("All");
        assertThat(items("/st")).containsExactly("status");
        assertThat(items("/ag"))
                .containsExactly(
                        "agents", "agents list", "agents show", "agents add", "agents remove");
        assertThat(items("/remo")).containsExactly("agents remove");
        assertThat(items("/zzz")).isEmpty();
    }

    @Test
    void whatIsAboveTheModeIsNotOffered() {
        assertThat(items("/ag", Mode.READ)).containsExactly("agents", "agents list", "agents show");
        assertThat(items("/agents ", Mode.PLAN)).containsExactly("list", "show");
        assertThat(items("/agents ", Mode.APPLY)).contains("add", "remove");
        assertThat(items("/con", Mode.READ)).isEmpty();
        assertThat(items("/con", Mode.PLAN)).contains("context");
        assertThat(items("/fleet ", Mode.READ)).containsExactly("import"); // with --dry-run
        assertThat(items("/log", Mode.READ)).containsExactly("log-level"); // without arguments
    }

    @Test
    void namesFlagsAndValuesAreCompleted() {
        assertThat(items("agents show ")).containsExactly("web-1", "web-2", "db");
        assertThat(items("/agents show we")).containsExactly("web-1", "web-2");
        assertThat(items("agents show web-1 --o")).containsExactly("--output");
        assertThat(items("agents show web-1 -o j")).containsExactly("json");
        assertThat(items("log-level d")).containsExactly("debug");
        assertThat(items("/use d")).containsExactly("db");
        assertThat(items("/mode p")).containsExactly("plan");
        assertThat(items("/watch 2 agents show w")).containsExactly("web-1", "web-2");
    }

    @Test
    void anItemReplacesTheWordThatIsTyped() {
        assertThat(of("/agents show we", Mode.READ).start()).isEqualTo("/agents show ".length());
        assertThat(of("  agents show ", Mode.READ).start()).isEqualTo("  agents show ".length());
        assertThat(of("/ag", Mode.READ).start()).isEqualTo(1);
        assertThat(of("/watch 2 agents show w", Mode.READ).start())
                .isEqualTo("/watch 2 agents show ".length());
    }

    @Test
    void whatIsStillToComeIsHinted() {
        assertThat(of("agents add ", Mode.APPLY).hint()).isEqualTo("AGENT --address ADDRESS");
        assertThat(of("agents add a --address ", Mode.APPLY).hint()).isEqualTo("ADDRESS");
        assertThat(of("agents add a --address x ", Mode.APPLY).hint()).isEmpty();
        assertThat(of("/watch ", Mode.APPLY).hint()).isEqualTo("SECONDS COMMAND…");
    }

    @Test
    void anAtSignCompletesFilesInWhatAnAgentIsTold() {
        assertThat(items("look at @src/")).containsExactly("src/a.txt", "src/b/");
        assertThat(of("look at @src/", Mode.READ).start()).isEqualTo("look at @".length());
        assertThat(items("me@example")).isEmpty();
        assertThat(items("what is there?")).isEmpty();
    }

    @Test
    void aMenuHasHeadingsWhereThereIsRoom() {
        List<Item> items =
                List.of(
                        new Item("help", "Helps", "Console"),
                        new Item("status", "Shows", "What goes on"),
                        new Item("health", "Shows", "What goes on"));

        assertThat(Below.menu(items, 1, 30, 9))
                .extracting(Below.Row::text)
                .containsExactly(
                        "Console",
                        "  help    Helps",
                        "What goes on",
                        "› status  Shows",
                        "  health  Shows");
        assertThat(Below.menu(items, 1, 30, 3)).hasSize(3);
    }

    @Test
    void anOperationWithoutACommandOfItsOwnIsOfferedByItsName() {
        assertThat(items("/agents.")).containsExactly("call agents.turns");
        assertThat(items("/call ")).containsExactly("agents.turns");
        assertThat(of("/agents.turns ", Mode.READ).hint()).isEqualTo("id=…");
        assertThat(of("/call agents.turns ", Mode.READ).hint()).isEqualTo("id=…");
    }

    @Test
    void aMenuShowsAFewAroundWhatIsChosen() {
        List<Item> many =
                IntStream.range(0, 30)
                        .mapToObj(it -> new Item("item-" + it, "the help of an item that is long"))
                        .toList();

        List<Below.Row> rows = Below.menu(many, 20, 30, 20);

        assertThat(rows).hasSize(Below.MOST_ITEMS + 1);
        assertThat(rows).anyMatch(it -> it.text().startsWith("› item-20"));
        assertThat(rows.getLast().text()).contains("17 to 24 of 30");
        assertThat(rows).allMatch(it -> it.text().length() < 30);
    }
}
