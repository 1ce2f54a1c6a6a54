package dev.culvert.policy;

import dev.culvert.policy.Action.Access;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What a rule is about, besides its tools. */
sealed interface Condition {

    /**
     * Whether it is about the action. What denies is read widely, and what allows narrowly.
     *
     * @param verdict of the rule
     */
    boolean matches(Action action, Verdict verdict);

    /**
     * Whether it is about all that the other one is, as far as that is easy to see.
     *
     * @param verdict of its own rule
     */
    boolean covers(Condition other, Verdict verdict);

    /** For people. */
    String text();

    /** Any call of the tools. */
    record OfTools() implements Condition {
        /* That a tool may be called does not say which programs it may start. To ask says it, but
         * not for a shell. */
        @Override
        public boolean matches(Action action, Verdict verdict) {
            return switch (action) {
                case Action.Tool _, Action.File _ -> true;
                case Action.Command command ->
                        switch (verdict) {
                            case ALLOW -> false;
                            case ASK -> !Shells.isShell(command.argv().getFirst());
                            case DENY -> true;
                        };
            };
        }

        @Override
        public boolean covers(Condition other, Verdict verdict) {
            return switch (verdict) {
                case ALLOW -> !(other instanceof OfCommands);
                case ASK -> !(other instanceof OfCommands commands && commands.shell);
                case DENY -> true;
            };
        }

        @Override
        public String text() {
            return "any call";
        }
    }

    /**
     * Files.
     *
     * @param over only what is larger than so many bytes; -1 for any size
     */
    record OfFiles(Set<Access> access, List<PathGlob> paths, long over) implements Condition {
        static final int ANY_SIZE = -1;

        public OfFiles {
            access = Set.copyOf(access);
            paths = List.copyOf(paths);
        }

        @Override
        public boolean matches(Action action, Verdict verdict) {
            return action instanceof Action.File file
                    && access.contains(file.access())
                    && file.bytes() > over
                    && paths.stream().anyMatch(glob -> glob.matches(file.path()));
        }

        @Override
        public boolean covers(Condition other, Verdict verdict) {
            return other instanceof OfFiles files
                    && over <= files.over
                    && access.containsAll(files.access)
                    && files.paths.stream()
                            .allMatch(path -> paths.stream().anyMatch(it -> it.covers(path)));
        }

        @Override
        public String text() {
            String what =
                    Arrays.stream(Access.values())
                            .filter(access::contains)
                            .map(it -> it.name().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", "));
            String where = paths.stream().map(PathGlob::toString).collect(Collectors.joining(", "));
            return what + ": " + where + (over < 0 ? "" : " over " + over + " bytes");
        }
    }

    /**
     * Commands.
     *
     * @param prefix the words that a command begins with, each one of a list
     * @param arguments globs, one of which each later argument matches; empty for any arguments
     * @param anyArgument globs, one of which at least one later argument matches; empty for any
     * @param folders where it may run; empty for anywhere
     * @param shell whether it allows a shell
     * @param limits which environment and network it allows
     */
    record OfCommands(
            List<List<String>> prefix,
            List<String> arguments,
            List<String> anyArgument,
            List<PathGlob> folders,
            boolean shell,
            Limits limits)
            implements Condition {
        public OfCommands {
            prefix = prefix.stream().map(List::copyOf).toList();
            arguments = List.copyOf(arguments);
            anyArgument = List.copyOf(anyArgument);
            folders = List.copyOf(folders);
        }

        @Override
        public boolean matches(Action action, Verdict verdict) {
            return action instanceof Action.Command command
                    && begins(command.argv(), verdict)
                    && hasArguments(command.argv())
                    && (verdict == Verdict.DENY || grants(command))
                    && runsThere(command);
        }

        OfCommands withAnyArgument(List<String> globs) {
            return new OfCommands(prefix, arguments, globs, folders, shell, limits);
        }

        private boolean begins(List<String> argv, Verdict verdict) {
            if (argv.size() < prefix.size()) {
                return false;
            }
            for (int i = 0; i < prefix.size(); i++) {
                List<String> words = prefix.get(i);
                boolean isProgram = i == 0 && verdict != Verdict.ALLOW;
                if (!words.contains(argv.get(i))
                        && !(isProgram && words.contains(Shells.name(argv.get(i))))) {
                    return false;
                }
            }
            return true;
        }

        private boolean hasArguments(List<String> argv) {
            if (arguments.isEmpty() && anyArgument.isEmpty()) {
                return true;
            }
            List<String> rest = argv.subList(Math.max(1, prefix.size()), argv.size());
            return (arguments.isEmpty() || rest.stream().allMatch(it -> isOne(arguments, it)))
                    && (anyArgument.isEmpty()
                            || rest.stream().anyMatch(it -> isOne(anyArgument, it)));
        }

        private static boolean isOne(List<String> globs, String argument) {
            return globs.stream().anyMatch(glob -> Glob.matches(glob, argument));
        }

        private boolean grants(Action.Command command) {
            return (shell || !Shells.isShell(command.argv().getFirst()))
                    && (limits.network() || !command.network())
                    && command.environment().stream().allMatch(limits::passes);
        }

        private boolean runsThere(Action.Command command) {
            String folder = command.workingDirectory().toString();
            return folders.isEmpty()
                    || folders.stream().anyMatch(it -> it.matches(folder.isEmpty() ? "." : folder));
        }

        @Override
        public boolean covers(Condition other, Verdict verdict) {
            return other instanceof OfCommands commands
                    && arguments.isEmpty()
                    && anyArgument.isEmpty()
                    && folders.isEmpty()
                    && beginsAll(commands)
                    && (verdict == Verdict.DENY || grantsAll(commands));
        }

        private boolean grantsAll(OfCommands other) {
            return (shell || !other.shell)
                    && (limits.network() || !other.limits.network())
                    && limits.environment().containsAll(other.limits.environment());
        }

        private boolean beginsAll(OfCommands other) {
            if (other.prefix.size() < prefix.size()) {
                return false;
            }
            for (int i = 0; i < prefix.size(); i++) {
                if (!prefix.get(i).containsAll(other.prefix.get(i))) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public String text() {
            StringBuilder text = new StringBuilder("command:");
            prefix.forEach(words -> text.append(' ').append(String.join("|", words)));
            if (!arguments.isEmpty()) {
                text.append(" with only ").append(String.join("|", arguments));
            }
            if (!anyArgument.isEmpty()) {
                text.append(" with any of ").append(String.join("|", anyArgument));
            }
            return text.append(prefix.isEmpty() ? " any" : " …").toString();
        }
    }
}
