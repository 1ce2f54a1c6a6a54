package dev.culvert.faults;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** How daemon and guest are started: as they are shipped, or from their classes to be quick. */
enum Launch {
    /** What {@code mvn package} makes. */
    IMAGES {
        @Override
        List<String> daemon() {
            return List.of(image("../target/culvertd/bin/culvertd"));
        }

        @Override
        List<String> guest() {
            return List.of(image("../../guest-agent/target/culvert-agent/bin/culvert-agent"));
        }
    },

    /** The test's class path, with the memory that the images have. */
    CLASSES {
        @Override
        List<String> daemon() {
            return java("dev.culvert.daemon.cli.Main", "-Xms64m", "-Xmx512m");
        }

        @Override
        List<String> guest() {
            return java(
                    "dev.culvert.guest.cli.CulvertAgent",
                    "-XX:+UseSerialGC",
                    "-Xms8m",
                    "-Xmx32m",
                    "-Dio.netty.allocator.type=unpooled");
        }
    };

    /** By the property {@code faults.programs}: images, or classes. */
    static Launch chosen() {
        return System.getProperty("faults.programs", "images").equals("classes") ? CLASSES : IMAGES;
    }

    abstract List<String> daemon();

    abstract List<String> guest();

    private static String image(String launcher) {
        Path path = Path.of(launcher).toAbsolutePath().normalize();
        if (!Files.isExecutable(path)) {
            throw new AssertionError(
                    path + " is missing: run mvn package, or pass -Dfaults.programs=classes");
        }
        return path.toString();
    }

    private static List<String> java(String main, String... options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        Stream.of(options).forEach(command::add);
        command.addAll(
                List.of(
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dio.netty.leakDetection.level=disabled",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main));
        return command;
    }
}
