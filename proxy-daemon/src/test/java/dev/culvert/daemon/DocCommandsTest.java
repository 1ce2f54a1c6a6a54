package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.culvert.guest.Guest;
import dev.culvert.testing.VmMonitor;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the commands and the programs of the pages, against a daemon whose agents echo. {@link
 * DocBlocks} says how a page marks what is not for this test.
 */
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class DocCommandsTest {
    private static final List<String> AGENTS = List.of("demo", "dev", "web", "web-1");
    private static final List<String> SOURCES =
            List.of("proxy-daemon", "guest-agent", "protocol-spec");
    private static final String KEY = "/etc/culvert/runtime.key";
    private static final String JAILED = "/srv/jailer/firecracker/web/root/v.sock";
    private static final String SAID = "Why is the sky blue?";

    @TempDir Path directory;

    private final List<Guest> guests = new ArrayList<>();

    static Stream<Arguments> pages() throws IOException {
        List<Arguments> pages = new ArrayList<>();
        for (Path page : DocsTest.pagesOfTheRepository()) {
            DocBlocks blocks = DocBlocks.of(page);
            for (String language : DocBlocks.LANGUAGES.stream().sorted().toList()) {
                if (!blocks.running(language).isEmpty()) {
                    String name = DocBlocks.ROOT.relativize(page) + " " + language;
                    pages.add(argumentSet(name, blocks, language));
                }
            }
        }
        return pages.stream();
    }

    @AfterEach
    void stopGuests() {
        guests.forEach(Guest::close);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void runsWithoutAnError(DocBlocks blocks, String language) throws Exception {
        assumeTrue(isHere(interpreter(language).getFirst()), "the interpreter is not here");
        List<String> running = blocks.running(language);
        assumeTrue(
                running.stream().noneMatch(it -> it.contains("socat ")) || isHere("socat"),
                "socat is not here");
        Files.writeString(directory.resolve("key"), "secret");

        try (TestDaemon daemon = daemon();
                VmMonitor vm = new VmMonitor(socket())) {
            vm.expose(1024, guests.get(AGENTS.indexOf("web")).address());
            String url = "127.0.0.1:" + daemon.port();
            List<String> texts =
                    running.stream()
                            .map(text -> text.replace("127.0.0.1:8470", url))
                            .map(text -> text.replace("127.0.0.1:9103", address("dev")))
                            .map(text -> text.replace(KEY, directory.resolve("key").toString()))
                            .map(text -> text.replace(JAILED, socket().toString()))
                            .toList();
            if (language.equals("sh")) {
                run(language, "set -e\n" + String.join("\n", texts), url);
            } else {
                for (String text : texts) {
                    assertThat(run(language, text, url)).contains(SAID);
                }
            }
        }
    }

    /** Of a VM whose guest is the agent web. */
    private Path socket() {
        return directory.resolve("v.sock");
    }

    private TestDaemon daemon() throws Exception {
        StringBuilder agents = new StringBuilder();
        for (String id : AGENTS) {
            Guest guest = GuestContract.guest("5ms");
            guests.add(guest);
            agents.append("{\"id\": \"%s\", \"address\": \"%s\"},".formatted(id, guest.address()));
        }
        TestDaemon daemon =
                TestDaemon.start(
                        """
                        {"http": {"allowed_hosts": ["culvert.example.org"]}, "agents": [%s]}
                        """
                                .formatted(agents));
        AGENTS.forEach(id -> daemon.awaitState(id, "ready"));
        return daemon;
    }

    /** Without its scheme, as the pages write it. */
    private String address(String agent) {
        return guests.get(AGENTS.indexOf(agent)).address().toString().replace("tcp://", "");
    }

    /** What it printed. Runs where the paths of the pages lead into the source. */
    private String run(String language, String text, String url) throws Exception {
        Path bin = Files.createDirectories(directory.resolve("bin"));
        DocPrograms.write(bin);
        Path work = Files.createDirectories(directory.resolve("work"));
        for (String source : SOURCES) {
            Files.createSymbolicLink(work.resolve(source), DocBlocks.ROOT.resolve(source));
        }
        List<String> command = new ArrayList<>(interpreter(language));
        command.add(Files.writeString(directory.resolve(command.removeLast()), text).toString());
        Path out = directory.resolve("out");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(work.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("CULVERT_"));
        environment.put("PATH", bin + File.pathSeparator + environment.get("PATH"));
        environment.put("CULVERT_URL", "http://" + url);
        environment.put("DAEMON", url);
        Process process = builder.start();
        boolean ended = process.waitFor(100, TimeUnit.SECONDS);
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
        for (String source : SOURCES) {
            Files.delete(work.resolve(source));
        }
        String printed = Files.readString(out, UTF_8);
        assertThat(ended && process.exitValue() == 0).as(text + "\n---\n" + printed).isTrue();
        return printed;
    }

    /** The interpreter, its options, and the name of the file that it is given. */
    private static List<String> interpreter(String language) {
        return switch (language) {
            case "sh" -> List.of("bash", "page.sh");
            case "python" -> List.of("python3", "stream.py");
            case "js" -> List.of("node", "stream.mjs");
            case "java" -> List.of(DocPrograms.java(), "Stream.java");
            default -> throw new IllegalArgumentException(language);
        };
    }

    private static boolean isHere(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(it -> Files.isExecutable(Path.of(it).resolve(program)));
    }
}
