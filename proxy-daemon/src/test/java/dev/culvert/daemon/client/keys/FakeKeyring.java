package dev.culvert.daemon.client.keys;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/** A program {@code secret-tool} that keeps secrets in files of a test's folder. */
public final class FakeKeyring {
    private static final String PROGRAM =
            """
            #!/bin/sh
            echo "$*" >> FOLDER/calls
            [ ! -e FOLDER/locked ] || exit 1
            case $1 in
                store) cat > "FOLDER/secret-$6" ;;
                lookup) cat "FOLDER/secret-$5" 2> /dev/null ;;
                *) exit 2 ;;
            esac
            """;

    private FakeKeyring() {}

    /** The same, as an environment. */
    static Map<String, String> in(Path folder) throws IOException {
        return Map.of("PATH", pathIn(folder));
    }

    /** Puts the program there; returns the {@code PATH} in which it is found. */
    public static String pathIn(Path folder) throws IOException {
        Path bin = Files.createDirectories(folder.resolve("keyring-bin"));
        Path program = bin.resolve("secret-tool");
        Files.writeString(program, PROGRAM.replace("FOLDER", folder.toString()));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return bin + ":/usr/bin:/bin";
    }

    /** The arguments of each call. */
    static List<String> calls(Path folder) throws IOException {
        return Files.readAllLines(folder.resolve("calls"));
    }

    static void lock(Path folder) throws IOException {
        Files.createFile(folder.resolve("locked"));
    }
}
