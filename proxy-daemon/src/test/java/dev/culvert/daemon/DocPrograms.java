package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The programs that the commands of the pages start, as the tests of the pages need them. */
final class DocPrograms {
    /**
     * Fails where an answer has an error; an answer that goes on until one stops it is good. A
     * certificate that was just made may not be in force yet.
     */
    private static final String CURL =
            """
            #!/bin/sh
            export PATH=${PATH#*:}
            for _ in $(seq 50); do
                curl --fail-with-body --max-time 3 --connect-to "culvert.example.org:80:$DAEMON" "$@"
                code=$?
                [ $code = 60 ] || break
                sleep 0.1
            done
            [ $code = 28 ] || exit $code
            """;

    /**
     * Runs to its end, unless it serves: then only until it listens, on a port that is free. An
     * agent without an address would open a vsock.
     */
    private static final String PROGRAM =
            """
            #!/bin/bash
            export CULVERT_HTTP_LISTEN=127.0.0.1:0
            java=(@JAVA@ -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED
                --sun-misc-unsafe-memory-access=allow '@SQLITE@' -cp '@PATH@' @MAIN@)
            [[ " $* " != *" --runtime "* || " $* " == *" --listen "* ]] || set -- "$@" --listen 127.0.0.1:0
            [[ " $* " == *" --listen "* || " $* " == *" serve "* && " $* " != *" --print-config "* ]] || exec "${java[@]}" "$@"
            said=$(mktemp)
            trap 'rm -f "$said"' EXIT
            "${java[@]}" "${@/#127.0.0.1:*/127.0.0.1:0}" > "$said" 2>&1 &
            for _ in $(seq 200); do
                ! grep -q '^listening on ' "$said" || { kill $!; exit 0; }
                sleep 0.1
            done
            cat "$said"
            kill $!
            exit 1
            """;

    /** Stands in for a program of others that is told about ours. */
    private static final String TOLD = "#!/bin/sh\necho \"told: $*\"\n";

    private DocPrograms() {}

    /** Puts curl, the programs of the packages, and harnesses that do nothing into the folder. */
    static void write(Path bin) throws IOException {
        program(bin, "curl", CURL);
        program(bin, "culvertd", program("dev.culvert.daemon.cli.Main"));
        program(bin, "culvert", program("dev.culvert.daemon.client.command.Main"));
        program(bin, "culvert-agent", program("dev.culvert.guest.cli.CulvertAgent"));
        program(bin, "codex", TOLD);
        program(bin, "claude", TOLD);
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String program(String main) {
        return PROGRAM.replace("@JAVA@", java())
                .replace("@SQLITE@", UnpackedSqlite.option())
                .replace("@PATH@", System.getProperty("java.class.path"))
                .replace("@MAIN@", main);
    }

    /** Puts a script of that name into the folder. */
    static void program(Path bin, String name, String text) throws IOException {
        Path file = Files.writeString(bin.resolve(name), text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
