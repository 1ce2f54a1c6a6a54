package dev.culvert.policy;

import dev.culvert.policy.Action.Access;
import dev.culvert.policy.Example.Texts;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The keys of one rule, as they are written. */
record RuleKeys(Head head, Files files, Commands commands, Tests tests) {
    private static final Kind<String> TEXT =
            Kind.matching(Pattern.compile("[^\\x00]{0,4096}"), "a text of up to 4,096 characters");
    private static final List<String> ANY = List.of("*");

    /** Those of every rule. */
    record Head(
            Optional<String> name, Optional<Verdict> decision, List<String> tools, String reason) {
        private static final Kind<String> NAME =
                Kind.matching(
                        Pattern.compile("[A-Za-z][A-Za-z0-9 ._-]{0,63}"),
                        "a letter, then up to 63 letters, digits, blanks, dots, hyphens or"
                                + " underscores");

        static Head read(Section section) {
            return new Head(
                    section.find("name", NAME),
                    section.find("decision", Kind.choice(Verdict.class)),
                    section.list("tools", TEXT, ANY),
                    section.get("reason", TEXT, ""));
        }
    }

    /** Those of a rule about files. */
    record Files(
            Optional<List<Access>> access,
            Optional<List<String>> allowed,
            Optional<List<String>> blocked,
            Optional<Long> maxBytes) {
        static Files read(Section section) {
            return new Files(
                    section.findList("access", Kind.choice(Access.class)),
                    section.findList("allowed_paths", path(PathGlob::allowing)),
                    section.findList("blocked_paths", path(PathGlob::blocking)),
                    section.find("max_file_bytes", Kind.LARGE_BYTES));
        }

        boolean isEmpty() {
            return access.isEmpty() && allowed.isEmpty() && blocked.isEmpty() && maxBytes.isEmpty();
        }
    }

    /** Those of a rule about commands. */
    record Commands(
            Optional<List<List<String>>> prefix,
            Optional<List<String>> arguments,
            Optional<List<String>> anyArgument,
            Optional<List<String>> confirmed,
            Optional<List<String>> folders,
            Running running) {
        static Commands read(Section section) {
            return new Commands(
                    section.findList("command", Texts.KIND),
                    section.findList("arguments", TEXT),
                    section.findList("any_argument", TEXT),
                    section.findList("require_confirmation", TEXT),
                    section.findList("working_directory", path(PathGlob::allowing)),
                    Running.read(section));
        }

        /** The first key that is set although no command is; empty if there is none. */
        String withoutCommand() {
            return prefix.isPresent()
                    ? ""
                    : arguments.isPresent()
                            ? "arguments"
                            : anyArgument.isPresent()
                                    ? "any_argument"
                                    : confirmed.isPresent()
                                            ? "require_confirmation"
                                            : folders.isPresent()
                                                    ? "working_directory"
                                                    : running.first();
        }
    }

    /** What a command may do, and for how long. */
    record Running(
            Optional<Boolean> shell,
            Optional<Boolean> network,
            Optional<List<String>> environment,
            Optional<Duration> timeout,
            Optional<Integer> maxOutputBytes) {
        private static final Kind<String> VARIABLE =
                Kind.matching(
                        Pattern.compile("[A-Za-z_*][A-Za-z0-9_*]{0,127}"),
                        "the name of a variable, in which * stands for any characters");

        static Running read(Section section) {
            return new Running(
                    section.find("shell", Kind.BOOLEAN),
                    section.find("network", Kind.BOOLEAN),
                    section.findList("environment", VARIABLE),
                    section.find("timeout", Kind.DURATION),
                    section.find("max_output_bytes", Kind.BYTES));
        }

        /** The first key that is set; empty if none is. */
        String first() {
            return shell.isPresent()
                    ? "shell"
                    : network.isPresent()
                            ? "network"
                            : environment.isPresent()
                                    ? "environment"
                                    : timeout.isPresent()
                                            ? "timeout"
                                            : maxOutputBytes.isPresent() ? "max_output_bytes" : "";
        }
    }

    /** Examples that the rule matches, and that it does not. */
    record Tests(List<Example> match, List<Example> notMatch) {
        static Tests read(Section section) {
            return new Tests(
                    section.list("match", Example.KIND, List.of()),
                    section.list("not_match", Example.KIND, List.of()));
        }
    }

    /** Throws a sentence that begins with the key that does not fit the others. */
    RuleKeys {
        if (head.decision.isEmpty()) {
            throw new IllegalArgumentException(
                    "'decision' is missing: it is one of allow, ask, deny");
        }
        refuseEmpty(files.access, "access", "leave it out for all of read, write and list");
        refuseEmpty(
                commands.arguments,
                "arguments",
                "leave it out to take any, or write [\"\"] to take none");
        refuseEmpty(
                commands.anyArgument,
                "any_argument",
                "leave it out to take any, or write what one of them must match");
        refuseEmpty(
                commands.confirmed,
                "require_confirmation",
                "leave it out to ask about none, or write what to ask about");
        refuseEmpty(
                commands.folders,
                "working_directory",
                "leave it out for any, or write [\".\"] for the project's folder");
        String stray = commands.withoutCommand();
        if (!stray.isEmpty()) {
            throw new IllegalArgumentException(
                    stray + " is set, but the rule has no 'command': only such a rule takes it");
        }
        if (commands.prefix.isPresent() && !files.isEmpty()) {
            throw new IllegalArgumentException(
                    "command is set in a rule about files: write two rules");
        }
        if (commands.confirmed.isPresent() && commands.anyArgument.isPresent()) {
            throw new IllegalArgumentException(
                    "require_confirmation is set with any_argument: write two rules");
        }
        if (head.decision.get() == Verdict.DENY) {
            refuse(files.allowed.isPresent(), "allowed_paths", "what it denies is 'blocked_paths'");
            refuse(
                    files.maxBytes.isPresent(),
                    "max_file_bytes",
                    "only what is allowed has a limit");
            refuse(commands.confirmed.isPresent(), "require_confirmation", "deny is stricter");
            refuse(!commands.running.first().isEmpty(), commands.running.first(), "nothing runs");
        }
    }

    static RuleKeys read(Section section) {
        return new RuleKeys(
                Head.read(section),
                Files.read(section),
                Commands.read(section),
                Tests.read(section));
    }

    /* It would read as "none" to some, and as "any" to others. */
    private static void refuseEmpty(Optional<? extends List<?>> list, String key, String instead) {
        if (list.isPresent() && list.get().isEmpty()) {
            throw new IllegalArgumentException(key + " is an empty list: " + instead);
        }
    }

    private static void refuse(boolean isSet, String key, String why) {
        if (isSet) {
            throw new IllegalArgumentException(
                    key + " is set in a rule that denies, which does not take it: " + why);
        }
    }

    /** A path that {@code glob} can be made of. */
    static Kind<String> path(Function<String, PathGlob> glob) {
        return Kind.text(
                "a path, in which * and ** are wildcards",
                text -> glob.apply(text).names().isEmpty() ? "." : text);
    }
}
