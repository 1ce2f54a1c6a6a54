import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.IStyle;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Writes down what picocli knows of a program's command line, as manual pages, one for each
 * command, and as a completion for bash; a single file that {@code java} runs, with the program on
 * the class path: {@code Manual.java CLASS SOURCE DATE OUT}. CLASS has a {@code static CommandSpec
 * spec()}. A program whose name ends in d, or in -agent, is a daemon: section 8. Others are in
 * section 1.
 */
final class Manual {
    /* Of programs that everybody runs, and of daemons. */
    private static final String PROGRAMS = "1";
    private static final String DAEMONS = "8";
    private static final ColorScheme FONTS =
            new ColorScheme.Builder(Ansi.ON)
                    .commands(Font.BOLD)
                    .options(Font.BOLD)
                    .parameters(Font.ITALIC)
                    .optionParams(Font.ITALIC)
                    .build();

    /* How footers are written: under a heading stand lines two blanks in, which are examples, or a
     * term and its meaning with two blanks or more between, going on in lines further in. */
    private static final Pattern HEADING = Pattern.compile("\\S.*:");
    private static final Pattern ENTRY = Pattern.compile(" {2}(\\S+) {2,}(\\S.*)");
    private static final Pattern EXAMPLE = Pattern.compile(" {2}\\S.*");

    private final CommandSpec spec;
    private final Help help;
    private final StringBuilder roff = new StringBuilder();

    private Manual(CommandSpec spec) {
        this.spec = spec;
        this.help = new Help(spec, FONTS);
    }

    public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
        if (arguments.length != 4) {
            throw new IllegalArgumentException("CLASS SOURCE DATE OUT");
        }
        Method method = Class.forName(arguments[0]).getDeclaredMethod("spec");
        method.setAccessible(true);
        CommandSpec spec = (CommandSpec) method.invoke(null);
        Path out = Files.createDirectories(Path.of(arguments[3]));
        writePages(spec, arguments[1], arguments[2], out);
        Files.writeString(
                out.resolve(spec.name() + ".bash"),
                AutoComplete.bash(spec.name(), new CommandLine(spec)));
    }

    private static String section(CommandSpec spec) {
        return spec.root().name().matches(".*(d|-agent)") ? DAEMONS : PROGRAMS;
    }

    private static void writePages(CommandSpec spec, String source, String date, Path out)
            throws IOException {
        Manual manual = new Manual(spec);
        manual.writePage(source, date);
        Files.writeString(out.resolve(title(spec) + "." + section(spec)), manual.roff);
        for (CommandLine command : spec.subcommands().values()) {
            writePages(command.getCommandSpec(), source, date, out);
        }
    }

    private void writePage(String source, String date) {
        String title = roff(title(spec));
        String summary = summary(spec);
        line(
                ".TH %s %s %s \"%s\"",
                title.toUpperCase(Locale.ROOT), section(spec), date, roff(source));
        line(".ad l");
        line(".nh");
        section("Name");
        line("%s \\- %s", title, roff(phrase(summary)));
        section("Synopsis");
        line("%s", roff(help.synopsis(0).strip().replaceAll("\\s+", " ")));
        section("Description");
        prose(summary);
        List<String> footer = texts(spec.usageMessage().footer());
        List<String> about = footer.stream().takeWhile(line -> !isHeading(line)).toList();
        footer(about);
        writeArguments();
        writeCommands();
        writeExitCodes();
        footer(footer.subList(about.size(), footer.size()));
        writeNeighbours();
    }

    private void writeArguments() {
        List<PositionalParamSpec> parameters =
                spec.positionalParameters().stream().filter(each -> !each.hidden()).toList();
        if (!parameters.isEmpty()) {
            section("Arguments");
            parameters.forEach(each -> entry(label(each, FONTS.parameterStyles()), each));
        }
        section("Options");
        for (OptionSpec option : spec.options()) {
            if (!option.hidden()) {
                String names =
                        Stream.of(option.names())
                                .map(name -> FONTS.optionText(name).toString())
                                .collect(Collectors.joining(", "));
                entry(names + label(option, FONTS.optionParamStyles()), option);
            }
        }
    }

    private String label(ArgSpec argument, List<IStyle> styles) {
        return help.parameterLabelRenderer()
                .renderParameterLabel(argument, FONTS.ansi(), styles)
                .toString();
    }

    private void entry(String term, ArgSpec argument) {
        entry(term, String.join(" ", texts(argument.description())));
    }

    private void entry(String term, String meaning) {
        line(".TP");
        line("%s", roff(term));
        prose(meaning);
    }

    private void writeCommands() {
        if (!spec.subcommands().isEmpty()) {
            section("Commands");
            spec.subcommands()
                    .values()
                    .forEach(command -> {
                        CommandSpec its = command.getCommandSpec();
                        entry(FONTS.commandText(its.name()).toString(), summary(its));
                    });
        }
    }

    private void writeExitCodes() {
        if (!spec.usageMessage().exitCodeList().isEmpty()) {
            section("Exit status");
            spec.usageMessage().exitCodeList().forEach(this::entry);
        }
    }

    private void writeNeighbours() {
        List<CommandSpec> neighbours = new ArrayList<>();
        if (spec.parent() != null) {
            neighbours.add(spec.parent());
        }
        spec.subcommands().values().forEach(each -> neighbours.add(each.getCommandSpec()));
        if (!neighbours.isEmpty()) {
            section("See also");
            line(
                    "%s",
                    neighbours.stream()
                            .map(each -> FONTS.commandText(title(each)) + "(" + section(each) + ")")
                            .map(Manual::roff)
                            .collect(Collectors.joining(",\n")));
        }
    }

    private void footer(List<String> lines) {
        boolean paragraph = false;
        for (String line : lines) {
            Matcher entry = ENTRY.matcher(line);
            if (isHeading(line)) {
                section(line.substring(0, line.length() - 1));
            } else if (entry.matches()) {
                entry(FONTS.optionText(entry.group(1)).toString(), entry.group(2));
            } else if (!line.isBlank()) {
                if (EXAMPLE.matcher(line).matches()) {
                    line(".IP");
                } else if (paragraph) {
                    line(".PP");
                }
                prose(line.strip());
            }
            paragraph = line.isBlank();
        }
    }

    private static boolean isHeading(String line) {
        return HEADING.matcher(line).matches();
    }

    private static String title(CommandSpec spec) {
        return spec.qualifiedName("-");
    }

    private static String summary(CommandSpec spec) {
        return String.join(" ", texts(spec.usageMessage().description())).strip();
    }

    /** The first part of a sentence, as it goes on after a dash. */
    private static String phrase(String sentence) {
        String first = sentence.replaceAll(" \\([^)]*\\)", "").split("[.,:;]( |$)", 2)[0];
        return first.substring(0, 1).toLowerCase(Locale.ROOT) + first.substring(1);
    }

    /** Without picocli's own markup. */
    private static List<String> texts(String... lines) {
        return Stream.of(lines)
                .map(line -> Ansi.OFF.new Text(String.format(line)).toString())
                .toList();
    }

    private void section(String heading) {
        line(".SH \"%s\"", roff(heading).toUpperCase(Locale.ROOT));
    }

    /** Each sentence begins a line, as roff likes it, and none is long. */
    private void prose(String text) {
        for (String sentence : text.split("(?<=[.!?]) +")) {
            line("%s", roff(sentence.replaceAll("(.{1,60}|\\S+)( +|$)", "$1\n").strip()));
        }
    }

    private void line(String format, Object... values) {
        roff.append(String.format(format, values)).append('\n');
    }

    private static String roff(String text) {
        String escaped =
                text.replace("\\", "\\e")
                        .replace("-", "\\-")
                        .replace("'", "\\(aq")
                        .replace("`", "\\(ga")
                        .replace("^", "\\(ha")
                        .replace("~", "\\(ti")
                        .replace("\"", "\\(dq")
                        .replaceAll("(?m)^\\.", "\\\\&.");
        for (Font font : Font.values()) {
            escaped = escaped.replace(font.on(), font.roff);
        }
        return escaped.replaceAll("\u001B\\[[0-9;]*m", "");
    }

    /** Stands in picocli's texts as a character that no text has. */
    private enum Font implements IStyle {
        ROMAN("\uE000", "\\fR"),
        BOLD("\uE001", "\\fB"),
        ITALIC("\uE002", "\\fI");

        private final String mark;
        private final String roff;

        Font(String mark, String roff) {
            this.mark = mark;
            this.roff = roff;
        }

        @Override
        public String on() {
            return mark;
        }

        @Override
        public String off() {
            return ROMAN.mark;
        }
    }
}
