package dev.culvert.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What to start.
 *
 * @param argv the program and its arguments; a program without a slash is looked for in PATH
 * @param environment all of it: nothing of this process is inherited
 * @param directory where it works; empty for that of this process
 * @param leftovers files that are removed when it has ended, also if this process was killed before
 * @param mostBytes of its output and of its errors are kept: the last ones
 */
public record Launch(
        List<String> argv,
        Map<String, String> environment,
        Optional<Path> directory,
        List<Path> leftovers,
        int mostBytes) {
    private static final int MOST_BYTES = 64 * 1024;
    private static final String PATH = "/usr/local/bin:/usr/bin:/bin";

    public Launch {
        argv = List.copyOf(argv);
        environment = Map.copyOf(environment);
        leftovers = List.copyOf(leftovers);
        if (argv.isEmpty() || argv.getFirst().isEmpty()) {
            throw new IllegalArgumentException("there is no program to start");
        }
        for (Path file : leftovers) {
            if (file.toString().indexOf('\n') >= 0) {
                throw new IllegalArgumentException("a path may contain no line break");
            }
        }
    }

    /** Without leftovers, in the directory of this process. */
    public static Launch of(List<String> argv, Map<String, String> environment) {
        return new Launch(argv, environment, Optional.empty(), List.of(), MOST_BYTES);
    }

    /** The same with what most programs need of the environment of this process. */
    public static Launch here(List<String> argv) {
        Map<String, String> own = System.getenv();
        Map<String, String> some = new TreeMap<>();
        some.put("PATH", own.getOrDefault("PATH", PATH));
        some.put("LC_ALL", "C.UTF-8");
        for (String name : List.of("HOME", "USER", "LOGNAME")) {
            if (own.containsKey(name)) {
                some.put(name, own.get(name));
            }
        }
        return of(argv, some);
    }

    public Launch with(String name, String value) {
        Map<String, String> more = new TreeMap<>(environment);
        more.put(name, value);
        return new Launch(argv, more, directory, leftovers, mostBytes);
    }

    public Launch in(Path place) {
        return new Launch(argv, environment, Optional.of(place), leftovers, mostBytes);
    }

    public Launch leaving(List<Path> files) {
        return new Launch(argv, environment, directory, files, mostBytes);
    }
}
