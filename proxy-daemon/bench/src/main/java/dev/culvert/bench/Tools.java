package dev.culvert.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the bench finds the programs that it runs, and where it writes.
 *
 * @param module the folder {@code proxy-daemon/bench}
 * @param before the daemon of another build, to compare with
 */
record Tools(Path module, Optional<Path> before) {
    /** Builds the C programs, and the Go program where Go is installed. */
    void build() throws IOException, InterruptedException {
        Files.createDirectories(directory());
        for (String name : List.of("backend", "load", "minimum")) {
            run(
                    source("native"),
                    "gcc",
                    "-O2",
                    "-Wall",
                    "-Wextra",
                    "-Wno-unused-function",
                    "-o",
                    program(name),
                    name + ".c");
        }
        if (isInstalled("go")) {
            run(source("go"), "go", "build", "-o", program("gopeer"), ".");
        }
    }

    private static void run(Path directory, String... command)
            throws IOException, InterruptedException {
        if (new ProcessBuilder(command).directory(directory.toFile()).inheritIO().start().waitFor()
                != 0) {
            throw new IOException("this command failed: " + String.join(" ", command));
        }
    }

    /** The first line that a program prints; empty if it is not installed. */
    String firstLine(String... command) throws IOException, InterruptedException {
        if (!isInstalled(command[0])) {
            return "";
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.lines().findFirst().orElse("");
    }

    boolean isInstalled(String program) {
        return Stream.concat(
                        Stream.of(System.getenv("PATH").split(File.pathSeparator)),
                        Stream.of("/usr/sbin"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    String program(String name) {
        return directory().resolve(name).toString();
    }

    Path source(String name) {
        return module.resolve(name);
    }

    /** For logs, settings, figures and the programs that the bench builds. */
    Path directory() {
        return module.resolve("target/bench");
    }

    Path docs() {
        return module.resolveSibling("docs");
    }

    /** Where the build puts the guest. */
    Path guest() {
        return module.resolve("../../guest-agent/target/culvert-agent/bin/culvert-agent")
                .normalize();
    }

    Path culvertd() {
        return culvertd(module.resolve("../..").normalize());
    }

    /** Where a build of that checkout puts the daemon. */
    static Path culvertd(Path checkout) {
        return checkout.resolve("proxy-daemon/target/culvertd/bin/culvertd");
    }

    Path java() {
        return Path.of(System.getProperty("java.home"), "bin/java");
    }

    /** The bench's own classes, and the jars of the daemon, which are built with the same Netty. */
    String classPath() {
        return module.resolve("target/classes")
                + File.pathSeparator
                + module.resolveSibling("target/lib/*");
    }

    Path log(String name) {
        return directory().resolve(name.replace(' ', '-') + ".log");
    }

    Path file(String name, String text) throws IOException {
        return Files.writeString(directory().resolve(name), text);
    }
}
