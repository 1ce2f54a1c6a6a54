import dev.culvert.value.Value;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Writes the manual page of the daemon's settings, {@code culvertd.jsonc(5)}, from the same
 * reference as {@code culvert explain}; a single file that {@code java} runs, with the daemon on
 * the class path: {@code SettingsManual.java SOURCE DATE OUT}.
 */
final class SettingsManual {
    private static final String KEYS = "/dev/culvert/daemon/client/explain/keys.json";
    private static final List<String> NO_DEFAULT = List.of("", "null");

    private final StringBuilder roff = new StringBuilder();

    private SettingsManual() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3) {
            throw new IllegalArgumentException("SOURCE DATE OUT");
        }
        SettingsManual manual = new SettingsManual();
        manual.write(arguments[0], arguments[1]);
        Path out = Files.createDirectories(Path.of(arguments[2]));
        Files.writeString(out.resolve("culvertd.jsonc.5"), manual.roff);
    }

    private static Value keys() throws IOException {
        try (InputStream in = Objects.requireNonNull(Value.class.getResourceAsStream(KEYS))) {
            return Value.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private void write(String source, String date) throws IOException {
        line(".TH CULVERTD.JSONC 5 " + date + " \"" + roff(source) + "\"");
        line(".ad l");
        line(".nh");
        section("Name");
        line("culvertd.jsonc \\- the settings of culvertd");
        section("Synopsis");
        line(".I /etc/culvert/culvertd.jsonc");
        section("Description");
        prose(
                "The file is one JSON object, in which comments and trailing commas are allowed.",
                "Each section below is an object in it: the key http.listen is the member listen of"
                        + " the object http.",
                "What is not set has its default.");
        line(".PP");
        prose(
                "Precedence: flags of culvertd serve, then environment variables, then this file.",
                "CULVERT_HTTP_LISTEN sets http.listen, and so on for each key.");
        line(".PP");
        prose(
                "Times are 500ms, 10s, 2m, 1h in quotes, or a number of seconds.",
                "Sizes are 64KiB or 1MiB in quotes, or a number of bytes.");
        line(".PP");
        prose(
                "A reload, as with systemctl reload culvertd, reads the file again and changes what"
                        + " does not need a restart.",
                "A file with mistakes changes nothing.");
        writeKeys();
        section("Examples");
        example("reports every mistake in the file, with its line.", "culvertd config validate");
        example("tells what a key is for, and where it is set.", "culvert explain http.listen");
        example(
                "shows the settings in force, and who set each.",
                "culvert config print --effective");
        section("See also");
        line(
                "%s(8),\n%s(8),\n%s(8),\n%s(1),\n%s(1)"
                        .formatted(
                                bold("culvertd"),
                                bold("culvertd-serve"),
                                bold("culvertd-config"),
                                bold("culvert-explain"),
                                bold("culvert-config")));
    }

    private void writeKeys() throws IOException {
        String section = "";
        for (Value key : keys().at("keys").list()) {
            String path = key.text("key");
            int dot = path.lastIndexOf('.');
            String its = dot < 0 ? "keys of no section" : path.substring(0, dot);
            if (!its.equals(section)) {
                section = its;
                section(section.replace("[]", ", each entry"));
            }
            line(".TP");
            line(bold(path.substring(dot + 1)));
            prose(key.text("about"));
            prose("Takes " + key.text("takes") + range(key) + ".");
            String usual = key.text("default");
            if (!NO_DEFAULT.contains(usual)) {
                prose("Default: " + usual + ".");
            }
            if (key.text("change").equals("restart")) {
                prose("Changes with a restart.");
            }
        }
    }

    private static String range(Value key) {
        String range = key.text("range");
        return range.isEmpty() ? "" : "; " + range;
    }

    private void example(String about, String command) {
        line(".TP");
        line(bold(command));
        prose(about);
    }

    private void section(String heading) {
        line(".SH \"" + roff(heading.toUpperCase(Locale.ROOT)) + "\"");
    }

    /** Each sentence begins a line, and none is long. */
    private void prose(String... sentences) {
        for (String text : sentences) {
            for (String sentence : text.split("(?<=[.!?]) +")) {
                line(roff(sentence.replaceAll("(.{1,60}|\\S+)( +|$)", "$1\n").strip()));
            }
        }
    }

    private void line(String text) {
        roff.append(text).append('\n');
    }

    private static String bold(String text) {
        return "\\fB" + roff(text) + "\\fR";
    }

    private static String roff(String text) {
        return text.replace("\\", "\\e")
                .replace("-", "\\-")
                .replace("'", "\\(aq")
                .replace("`", "\\(ga")
                .replace("^", "\\(ha")
                .replace("~", "\\(ti")
                .replace("\"", "\\(dq")
                .replaceAll("(?m)^\\.", "\\\\&.");
    }
}
