package dev.culvert.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.policy.Verdict;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** Attempts with commands. */
final class CommandAttempts {
    /** Scripts that must fail: each reaches for something outside. */
    private static final List<String> SCRIPTS =
            List.of(
                    "cat ../outside.txt",
                    "cat OUTSIDE",
                    "cat /proc/self/root/OUTSIDE",
                    "cat /proc/PID/root/OUTSIDE",
                    "cat /proc/PID/environ",
                    "head -c 1 /proc/PID/mem",
                    "ls DIR",
                    "ln -s OUTSIDE link; cat link",
                    "ln OUTSIDE hard",
                    "cp OUTSIDE copy",
                    "mv OUTSIDE moved",
                    "echo x > OUTSIDE",
                    "rm OUTSIDE",
                    "truncate -s 0 OUTSIDE",
                    "mkdir DIR/new",
                    "mount -t tmpfs none .",
                    "chroot / cat OUTSIDE",
                    "mknod device c 1 1",
                    "unshare -Ur cat OUTSIDE",
                    "nsenter -t PID -m cat OUTSIDE",
                    "kill -STOP PID",
                    "kill -KILL PID",
                    "echo x > /proc/PID/comm",
                    "echo x > /proc/sys/kernel/hostname",
                    "echo x > /dev/shm/culvert-escape",
                    "echo x > /tmp/culvert-escape",
                    "head -c 1 /dev/mem");

    static final List<Attempt> ALL =
            Stream.concat(
                            SCRIPTS.stream()
                                    .map(script ->
                                            new Attempt(
                                                    "command: " + script,
                                                    it -> it.scriptFails(script))),
                            own().stream())
                    .toList();

    private CommandAttempts() {}

    private static List<Attempt> own() {
        return List.of(
                new Attempt(
                        "argument injection: no shell reads arguments",
                        it ->
                                assertThat(
                                                it.command(
                                                        "echo",
                                                        "$(cat ../outside.txt)",
                                                        ";",
                                                        "cat",
                                                        "../outside.txt",
                                                        "|",
                                                        "*",
                                                        "`id`"))
                                        .isEqualTo(
                                                "$(cat ../outside.txt) ; cat ../outside.txt | * `id`\n[exit status 0]")),
                new Attempt(
                        "argument injection: an argument is no flag of the agent",
                        it -> assertThat(it.command("--version")).startsWith("refused: ")),
                new Attempt(
                        "argument that contains NUL",
                        it ->
                                assertThat(
                                                it.run(
                                                        "run_command",
                                                        "{\"argv\":[\"echo\",\"a\\u0000b\"]}"))
                                        .startsWith("refused: ")),
                new Attempt(
                        "program without a name",
                        it -> {
                            assertThat(it.command("")).startsWith("refused: ");
                            assertThat(it.run("run_command", "{\"argv\":[]}"))
                                    .startsWith("refused: ");
                        }),
                new Attempt(
                        "arguments without end",
                        it ->
                                assertThat(it.command("echo", "x".repeat(200_000)))
                                        .startsWith("refused: ")),
                new Attempt(
                        "working directory outside",
                        it -> {
                            for (String directory : List.of("..", "/", "/etc", "dir/../..")) {
                                assertThat(
                                                it.run(
                                                        "run_command",
                                                        "{\"argv\":[\"pwd\"],\"directory\":\""
                                                                + directory
                                                                + "\"}"))
                                        .startsWith("refused: ");
                            }
                        }),
                new Attempt(
                        "working directory that is a symbolic link",
                        it -> {
                            it.link("link", it.directory);
                            assertThat(
                                            it.run(
                                                    "run_command",
                                                    "{\"argv\":[\"ls\"],\"directory\":\"link\"}"))
                                    .startsWith("refused: ");
                        }),
                new Attempt(
                        "program in the working directory with the name of another",
                        it -> {
                            script(it, "bin/id", "echo trap");
                            assertThat(it.command("id", "-u")).doesNotContain("trap");
                        }),
                new Attempt(
                        "program that is a directory, a pipe or nothing to run",
                        it -> {
                            new ProcessBuilder("mkfifo", it.work.resolve("pipe").toString())
                                    .start()
                                    .waitFor();
                            Files.writeString(it.work.resolve("text"), "no program");
                            for (String program : List.of("./dir", "./pipe", "./text", "./none")) {
                                assertThat(it.command(program)).as(program).startsWith("refused: ");
                            }
                        }),
                new Attempt(
                        "environment: LD_PRELOAD and what else loads code",
                        it ->
                                assertThat(it.freeCommand("env").lines())
                                        .noneMatch(line ->
                                                line.matches(
                                                        "(LD_|BASH_ENV|JAVA_TOOL|CULVERT_).*"))),
                new Attempt(
                        "environment: a library in the working directory",
                        it -> {
                            Files.writeString(it.work.resolve("evil.so"), "no library");
                            assertThat(
                                            it.command(
                                                    "env",
                                                    "LD_PRELOAD=./evil.so",
                                                    "cat",
                                                    "../outside.txt"))
                                    .doesNotContain("[exit status 0]");
                        }),
                new Attempt(
                        "environment: PATH names only absolute directories",
                        it ->
                                assertThat(it.command("sh", "-c", "echo $PATH"))
                                        .isEqualTo("/usr/bin:/bin\n[exit status 0]")),
                new Attempt(
                        "output bomb",
                        it ->
                                assertThat(it.shortCommand("yes", "a line of words"))
                                        .hasSizeLessThan(4_400)
                                        .contains("[it put out ")),
                new Attempt(
                        "output that is no text",
                        it ->
                                assertThat(it.command("head", "-c", "1000000", "/dev/urandom"))
                                        .hasSizeLessThan(66_000)),
                new Attempt(
                        "input: there is none to wait for",
                        it -> assertThat(it.command("cat")).isEqualTo("[exit status 0]")),
                new Attempt(
                        "output that is held open by what outlives the command",
                        it -> {
                            String mark = Scene.mark();
                            assertThat(it.command("sh", "-c", "sleep " + mark + " & echo done"))
                                    .isEqualTo("done\n[exit status 0]");
                            Scene.isOver(mark);
                        }),
                new Attempt(
                        "grandchild in a session of its own",
                        it -> {
                            String mark = Scene.mark();
                            it.command(
                                    "sh",
                                    "-c",
                                    "setsid sh -c 'setsid sleep "
                                            + mark
                                            + " & setsid sleep "
                                            + mark
                                            + "' &");
                            Scene.isOver(mark);
                        }),
                new Attempt(
                        "grandchild that has lost its parent",
                        it -> {
                            String mark = Scene.mark();
                            it.command(
                                    "sh",
                                    "-c",
                                    "(setsid sleep " + mark + " &) ; (sleep " + mark + " &)");
                            Scene.isOver(mark);
                        }),
                new Attempt(
                        "command that ignores every signal it can",
                        it -> {
                            String mark = Scene.mark();
                            assertThat(
                                            it.shortCommand(
                                                    "sh",
                                                    "-c",
                                                    "trap '' TERM INT HUP QUIT; sleep "
                                                            + mark
                                                            + "; sleep "
                                                            + mark))
                                    .endsWith("s]");
                            Scene.isOver(mark);
                        }),
                new Attempt(
                        "command that stops itself",
                        it -> {
                            String mark = Scene.mark();
                            assertThat(
                                            it.shortCommand(
                                                    "sh",
                                                    "-c",
                                                    "sleep " + mark + " & kill -STOP $$"))
                                    .endsWith("s]");
                            Scene.isOver(mark);
                        }),
                new Attempt(
                        "fork bomb, of a bounded size",
                        it -> {
                            String mark = Scene.mark();
                            it.shortCommand(
                                    "sh",
                                    "-c",
                                    "i=0; while [ $i -lt 200 ]; do sleep "
                                            + mark
                                            + " & i=$((i+1)); done; wait");
                            Scene.isOver(mark);
                        }),
                new Attempt(
                        "processes that make processes",
                        it -> {
                            String mark = Scene.mark();
                            it.shortCommand(
                                    "sh",
                                    "-c",
                                    "f() { sleep "
                                            + mark
                                            + " & [ $1 -lt 4 ] && { f $(($1+1)) & f $(($1+1)) & }; wait; }; f 0");
                            Scene.isOver(mark);
                        }),
                new Attempt(
                        "network: TCP, UDP and sockets of the machine",
                        it -> {
                            try (ServerSocket server =
                                    new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                                for (String protocol : List.of("tcp", "udp")) {
                                    String path =
                                            "/dev/"
                                                    + protocol
                                                    + "/127.0.0.1/"
                                                    + server.getLocalPort();
                                    assertThat(it.command("bash", "-c", "echo x > " + path))
                                            .contains("[exit status 1]");
                                }
                            }
                        }),
                new Attempt(
                        "network: asked for without a rule that gives it",
                        it ->
                                assertThat(
                                                it.run(
                                                        "run_command",
                                                        "{\"argv\":[\"true\"],\"network\":true}"))
                                        .startsWith("refused: ")),
                new Attempt(
                        "temporary directory: it is gone afterwards",
                        it -> {
                            String said =
                                    it.command(
                                            "sh",
                                            "-c",
                                            "echo x > $TMPDIR/x; ln -s / $TMPDIR/link; echo $TMPDIR");
                            assertThat(Path.of(said.lines().findFirst().orElseThrow()))
                                    .doesNotExist();
                        }),
                new Attempt(
                        "command that the policy allows only with other arguments",
                        it -> {
                            for (String argv :
                                    List.of(
                                            "[\"git\",\"-c\",\"core.pager=sh\",\"status\"]",
                                            "[\"./git\",\"status\"]",
                                            "[\"sh\",\"-c\",\"git status\"]",
                                            "[\"env\",\"git\",\"status\"]",
                                            "[\"git \",\"status\"]",
                                            "[\"GIT\",\"status\"]")) {
                                assertThat(it.decides("run_command", "{\"argv\":" + argv + "}"))
                                        .as(argv)
                                        .isEqualTo(Verdict.DENY);
                            }
                        }));
    }

    private static void script(Scene scene, String name, String text) throws Exception {
        Path file = scene.work.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
