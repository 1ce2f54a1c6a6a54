package dev.culvert.tools;

import dev.culvert.policy.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The environment of a command: what a rule lets through, and nothing that loads code into it. */
final class CommandEnvironment {
    /* Not even a rule lets these through: they change what a program is, rather than what it does. */
    private static final List<String> NEVER =
            List.of(
                    "LD_",
                    "DYLD_",
                    "GLIBC_TUNABLES",
                    "GCONV_PATH",
                    "LOCPATH",
                    "NLSPATH",
                    "MALLOC_",
                    "JAVA_TOOL_OPTIONS",
                    "_JAVA_OPTIONS",
                    "JDK_JAVA_OPTIONS",
                    "CLASSPATH",
                    "BASH_ENV",
                    "BASH_FUNC_",
                    "ENV",
                    "SHELLOPTS",
                    "BASHOPTS",
                    "IFS",
                    "PS4",
                    "PROMPT_COMMAND",
                    "PYTHONSTARTUP",
                    "PYTHONPATH",
                    "PYTHONHOME",
                    "PERL5OPT",
                    "PERL5LIB",
                    "PERLLIB",
                    "PERL5DB",
                    "RUBYOPT",
                    "RUBYLIB",
                    "NODE_OPTIONS",
                    "NODE_PATH",
                    "GIT_SSH",
                    "GIT_EXEC_PATH",
                    "GIT_EXTERNAL_DIFF",
                    "GIT_PAGER",
                    "GIT_EDITOR",
                    "GIT_CONFIG",
                    "GIT_PROXY_COMMAND",
                    "PAGER",
                    "EDITOR",
                    "VISUAL",
                    "LESSOPEN",
                    "LESSCLOSE",
                    "CULVERT_",
                    "NOTIFY_SOCKET",
                    "LISTEN_",
                    "CREDENTIALS_DIRECTORY");

    private static final String PATH = "PATH";
    private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

    private CommandEnvironment() {}

    /**
     * @param from the agent's own environment
     * @param home the tools' directory
     * @param temporary the only other directory in which the command may write
     */
    static Map<String, String> of(
            Map<String, String> from, Limits limits, String home, String temporary) {
        Map<String, String> environment = new TreeMap<>();
        from.forEach((name, value) -> {
            if (limits.passes(name) && !isNever(name)) {
                environment.put(name, value);
            }
        });
        environment.put(PATH, path(environment.getOrDefault(PATH, DEFAULT_PATH)));
        environment.put("HOME", home);
        environment.put("PWD", home);
        environment.put("TMPDIR", temporary);
        return environment;
    }

    /* A relative directory in it would be found in the working directory, where the model writes. */
    private static String path(String given) {
        List<String> absolute = new ArrayList<>();
        for (String directory : given.split(":", -1)) {
            if (directory.startsWith("/")) {
                absolute.add(directory);
            }
        }
        return absolute.isEmpty() ? DEFAULT_PATH : String.join(":", absolute);
    }

    private static boolean isNever(String name) {
        return name.startsWith("GIT_CONFIG")
                || NEVER.stream()
                        .anyMatch(never ->
                                never.endsWith("_") ? name.startsWith(never) : name.equals(never));
    }
}
