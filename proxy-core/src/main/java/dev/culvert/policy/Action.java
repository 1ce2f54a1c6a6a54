package dev.culvert.policy;

import java.nio.file.Path;
import java.util.List;

/** Something that a tool is about to do. */
public sealed interface Action {

    /** The name of the tool, as the model calls it. */
    String tool();

    /** What is done with a file. */
    enum Access {
        READ,
        WRITE,
        LIST
    }

    /** A call of which nothing is known but its tool. */
    record Tool(String tool) implements Action {}

    /**
     * A file is read or written, or a folder listed.
     *
     * @param path relative to the project's folder for all that is below it, else absolute;
     *     normalised here, without looking at any file
     * @param bytes how many are read or written; 0 if that is not known yet
     */
    record File(String tool, String path, Access access, long bytes) implements Action {
        public File {
            path = normalised(path);
        }

        private static String normalised(String path) {
            String plain = Path.of(path).normalize().toString();
            return plain.isEmpty() ? "." : plain;
        }
    }

    /**
     * A program is started.
     *
     * @param argv the program and its arguments, which no shell has seen
     * @param workingDirectory like the path of a {@link File}
     * @param network whether it asks for the network
     * @param environment the names of the variables that it asks for
     */
    record Command(
            String tool,
            List<String> argv,
            Path workingDirectory,
            boolean network,
            List<String> environment)
            implements Action {
        public Command {
            if (argv.isEmpty()) {
                throw new IllegalArgumentException("argv is empty: it begins with the program");
            }
            argv = List.copyOf(argv);
            workingDirectory = workingDirectory.normalize();
            environment = List.copyOf(environment);
        }
    }
}
