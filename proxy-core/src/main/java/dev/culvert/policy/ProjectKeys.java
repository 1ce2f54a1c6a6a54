package dev.culvert.policy;

import dev.culvert.about.Units;
import dev.culvert.policy.Action.Access;
import dev.culvert.policy.Condition.OfCommands;
import dev.culvert.policy.Condition.OfFiles;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Node;
import dev.culvert.settings.SecretSource;
import dev.culvert.settings.Section;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The short keys of a project's file that become rules. */
record ProjectKeys(
        Optional<List<String>> allowedPaths,
        Optional<List<String>> blockedPaths,
        Optional<Long> maxFileSize,
        Commands commands,
        Optional<Strictness> toolPolicy) {

    /** Those about commands, each the words that a command begins with. */
    record Commands(Optional<List<List<String>>> allowed, Optional<List<List<String>>> confirmed) {}

    /** What a tool policy says besides the other keys. */
    enum Strictness {
        STRICT("strict"),
        CONFIRM("confirm"),
        READ_ONLY("read-only");

        private final String word;

        Strictness(String word) {
            this.word = word;
        }
    }

    /** The names of the keys that become rules. */
    static final Set<String> NAMES =
            Set.of(
                    "allowedPaths",
                    "blockedPaths",
                    "maxFileSize",
                    "allowedCommands",
                    "requireConfirmation",
                    "toolPolicy");

    private static final List<String> EVERYTHING = List.of("**");
    private static final Set<Access> EVERY_ACCESS = EnumSet.allOf(Access.class);
    private static final Pattern SIZE = Pattern.compile("(\\d{1,12}) ?(KB|MB|GB)");
    private static final Pattern VARIABLE =
            Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]{0,254})}");

    private static final Kind<Long> BYTES =
            Kind.of(
                    "a size such as \"10MB\" or \"64KiB\", or a number of bytes",
                    ProjectKeys::bytes,
                    size -> Node.quote(Units.text(size)));
    private static final Kind<List<String>> PREFIX =
            Kind.text("the words that a command begins with", ProjectKeys::words);
    private static final Kind<SecretSource> KEY =
            Kind.of(
                            "\"${VARIABLE}\" or {\"file\": PATH}, and not the key itself",
                            ProjectKeys::key,
                            SecretSource::json)
                    .secret();
    private static final Kind<String> URL =
            Kind.text("a URL such as \"https://host/agents/coder\"", ProjectKeys::url);

    static ProjectKeys read(Section section) {
        return new ProjectKeys(
                section.findList("allowedPaths", RuleKeys.path(PathGlob::allowing)),
                section.findList("blockedPaths", RuleKeys.path(PathGlob::blocking)),
                section.find("maxFileSize", BYTES),
                new Commands(
                        section.findList("allowedCommands", PREFIX),
                        section.findList("requireConfirmation", PREFIX)),
                section.find(
                        "toolPolicy",
                        Kind.oneOf(List.of(Strictness.values()), policy -> policy.word)));
    }

    static ProjectSettings settings(Section section, Level level) {
        return new ProjectSettings(
                section.find("agentUrl", URL),
                section.find("apiKey", KEY),
                section.find("sessionTimeout", Kind.DURATION),
                section.list("projectPaths", Kind.TEXT, List.of()),
                section.find("autoCommit", Kind.BOOLEAN),
                section.find("toolsPath", Kind.TEXT),
                section.find("projectType", Kind.TEXT),
                level == Level.USER ? ofTheUser(section) : UserSettings.NONE);
    }

    private static UserSettings ofTheUser(Section section) {
        return new UserSettings(
                section.find(
                        "commands", Kind.oneOf(UserSettings.COMMANDS, UnaryOperator.identity())),
                section.find("telemetryUrl", URL),
                new UserSettings.Local(
                        section.find("localRuntime", Kind.TEXT),
                        section.find(
                                "localRuntimeKind",
                                Kind.oneOf(
                                        List.of("openai", "anthropic"), UnaryOperator.identity())),
                        section.find("localModel", Kind.TEXT),
                        section.find("localKeyFile", Kind.PATH)));
    }

    /** Whether none of the keys is there. */
    boolean isEmpty() {
        return allowedPaths.isEmpty()
                && blockedPaths.isEmpty()
                && maxFileSize.isEmpty()
                && commands.allowed.isEmpty()
                && commands.confirmed.isEmpty()
                && toolPolicy.isEmpty();
    }

    /**
     * The rules that the keys stand for.
     *
     * @param where file, line and column of each key
     */
    List<Rule> rules(Level level, UnaryOperator<String> where) {
        Maker maker = new Maker(level, where);
        if (toolPolicy.isPresent()) {
            maker.add(toolPolicy.get());
        }
        blockedPaths.ifPresent(paths ->
                maker.files("blockedPaths", Verdict.DENY, blocking(paths), OfFiles.ANY_SIZE));
        maxFileSize.ifPresent(
                size -> maker.files("maxFileSize", Verdict.DENY, blocking(EVERYTHING), size));
        allowedPaths.ifPresent(paths ->
                maker.files("allowedPaths", Verdict.ALLOW, allowing(paths), OfFiles.ANY_SIZE));
        commands.confirmed
                .orElse(List.of())
                .forEach(words -> maker.command("requireConfirmation", Verdict.ASK, words));
        commands.allowed
                .orElse(List.of())
                .forEach(words -> maker.command("allowedCommands", Verdict.ALLOW, words));
        return maker.rules;
    }

    private static List<PathGlob> allowing(List<String> paths) {
        return paths.stream().map(PathGlob::allowing).toList();
    }

    private static List<PathGlob> blocking(List<String> paths) {
        return paths.stream().map(PathGlob::blocking).toList();
    }

    /** Makes rules of one file. */
    private final class Maker {
        private final Level level;
        private final UnaryOperator<String> where;
        private final List<Rule> rules = new ArrayList<>();

        private Maker(Level level, UnaryOperator<String> where) {
            this.level = level;
            this.where = where;
        }

        /* What no key allows is denied anyway: strict adds nothing. */
        private void add(Strictness strictness) {
            Verdict verdict =
                    switch (strictness) {
                        case STRICT -> Verdict.ALLOW;
                        case CONFIRM -> Verdict.ASK;
                        case READ_ONLY -> Verdict.DENY;
                    };
            if (verdict != Verdict.ALLOW) {
                Set<Access> write = EnumSet.of(Access.WRITE);
                List<PathGlob> everywhere = blocking(EVERYTHING);
                add("toolPolicy", verdict, new OfFiles(write, everywhere, OfFiles.ANY_SIZE));
                add("toolPolicy", verdict, commands(List.of()));
            }
        }

        private void files(String key, Verdict verdict, List<PathGlob> paths, long over) {
            add(key, verdict, new OfFiles(EVERY_ACCESS, paths, over));
        }

        private void command(String key, Verdict verdict, List<String> words) {
            add(key, verdict, commands(words.stream().map(List::of).toList()));
        }

        private static OfCommands commands(List<List<String>> prefix) {
            return new OfCommands(prefix, List.of(), List.of(), List.of(), false, Limits.DEFAULT);
        }

        private void add(String key, Verdict verdict, Condition condition) {
            Limits byDefault = Limits.DEFAULT;
            Limits limits =
                    new Limits(
                            byDefault.timeout(),
                            byDefault.maxOutputBytes(),
                            byDefault.environment(),
                            byDefault.network(),
                            maxFileSize.orElse(byDefault.maxFileBytes()));
            rules.add(
                    new Rule(
                            level,
                            key,
                            where.apply(key),
                            verdict,
                            List.of("*"),
                            condition,
                            limits,
                            ""));
        }
    }

    private static Optional<Long> bytes(Node node) {
        if (!(node instanceof Node.Scalar scalar)
                || (scalar.form() != Node.Form.STRING && scalar.form() != Node.Form.NUMBER)) {
            return Optional.empty();
        }
        Matcher size = SIZE.matcher(scalar.text());
        if (!size.matches()) {
            return Optional.of(Units.largeBytes(scalar.text()));
        }
        long unit =
                switch (size.group(2)) {
                    case "KB" -> 1_000L;
                    case "MB" -> 1_000_000L;
                    default -> 1_000_000_000L;
                };
        long number = Long.parseLong(size.group(1));
        return number > Long.MAX_VALUE / unit ? Optional.empty() : Optional.of(number * unit);
    }

    private static List<String> words(String text) {
        List<String> words = ShellWords.split(text);
        if (words.isEmpty()) {
            throw new IllegalArgumentException("it is empty: write the name of a program");
        }
        return words;
    }

    private static Optional<SecretSource> key(Node node) {
        if (node instanceof Node.Scalar scalar) {
            Matcher variable = VARIABLE.matcher(scalar.text());
            return variable.matches()
                    ? Optional.of(new SecretSource.FromVariable(variable.group(1)))
                    : Optional.empty();
        }
        boolean isFile =
                node instanceof Node.Members members
                        && members.nodes().keySet().equals(Set.of(SecretSource.FILE));
        return isFile
                        && ((Node.Members) node).nodes().get(SecretSource.FILE)
                                instanceof Node.Scalar path
                        && path.form() == Node.Form.STRING
                ? Optional.of(new SecretSource.FromFile(Path.of(path.text())))
                : Optional.empty();
    }

    private static String url(String text) {
        URI uri = URI.create(text);
        boolean isWeb =
                ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                        && uri.getHost() != null;
        if (!isWeb && !"unix".equals(uri.getScheme())) {
            throw new IllegalArgumentException(
                    "it is no URL of http, https or unix: write one such as"
                            + " https://culvert.example.org");
        }
        if (uri.getUserInfo() != null) {
            throw new IllegalArgumentException(
                    "it contains a name or a password: put the key into 'apiKey'");
        }
        return text;
    }
}
