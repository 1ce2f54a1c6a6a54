package dev.culvert.tools;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.stream.Collectors.joining;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A process that ends a command if this one is killed, and can end it no more. */
/*
 * It waits at a pipe of which only this process has the other end, so the pipe ends when this process does, however that
 * happens. PR_SET_PDEATHSIG would not do: the kernel ties it to a thread, and what the command starts does not inherit it.
 * A shell is enough for this, and there is one wherever commands are of use; without /bin/sh there is no guard.
 */
final class Guard implements AutoCloseable {
    private static final String SHELL = "/bin/sh";
    private static final int NONE = -1;
    private static final int INIT = 1;
    private static final long FIRST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MOST_CHECKS = 500;
    private static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /**
     * Each line that it reads has the numbers of all sessions that it guards; at the end of the
     * pipe it stops what belongs to one of the last line or descends from it, until it finds
     * nothing more, and kills all that. Where no line came, the command may have begun all the
     * same: it is known by a variable then, which only it has. In the file {@code stat}, the fields
     * after the name of a process are its state, its parent, its group and its session.
     */
    private static final String SCRIPT =
            """
            mark=$1 known= rounds=0
            while read -r now; do known=$now; done
            [ -n "$mark" ] || rounds=200
            while [ -z "$known" ] && [ $rounds -lt 200 ]; do
                rounds=$((rounds + 1))
                for file in /proc/[0-9]*/environ; do
                    pid=${file#/proc/} pid=${pid%/environ}
                    while IFS= read -r line || [ -n "$line" ]; do
                        case $line in *"$mark"*) known="$known $pid" ;; esac
                    done < "$file"
                done
            done
            for session in $known; do [ "$session" -gt 1 ] || exit 1; done
            for session in $known; do kill -STOP "-$session"; done
            rounds=0
            while [ $rounds -lt 100 ]; do
                rounds=$((rounds + 1)) alive= grown=
                for file in /proc/[0-9]*/stat; do
                    read -r line < "$file" || continue
                    pid=${file#/proc/} pid=${pid%/stat}
                    set -- ${line##*) }
                    case $1 in Z | X) continue ;; esac
                    [ "$pid" -gt 1 ] && [ "$pid" -ne $$ ] && [ "$4" -gt 1 ] || continue
                    case " $known " in *" $pid "* | *" $2 "* | *" $3 "* | *" $4 "*) ;; *) continue ;; esac
                    alive="$alive $pid"
                    kill -STOP "$pid"
                    case " $known " in *" $pid "*) ;; *) known="$known $pid" grown=yes ;; esac
                done
                [ -n "$alive" ] || exit 0
                [ -n "$grown" ] || kill -KILL $alive
            done
            kill -KILL $alive
            """;

    private final int pid;
    private final int pipe;
    private long command;
    private Set<Long> told = Set.of();
    private long lookedNanos = System.nanoTime();
    private long pauseNanos = FIRST_LOOK_NANOS;

    private Guard(int pid, int pipe) {
        this.pid = pid;
        this.pipe = pipe;
    }

    /**
     * Starts one, for a command that is to begin now.
     *
     * @param variables of the command; its TMPDIR is that of no other
     */
    static Guard start(Collection<String> variables) {
        String mark =
                variables.stream().filter(it -> it.startsWith("TMPDIR=")).findAny().orElse("");
        try {
            Processes.Pipe pipe = Processes.pipe();
            try {
                int pid = spawn(pipe, mark);
                Kernel.close(pipe.out());
                return new Guard(pid, pipe.in());
            } catch (KernelException e) {
                pipe.close();
                throw e;
            }
        } catch (KernelException _) {
            return new Guard(NONE, NONE); // as under a limit of processes: the command says so
        }
    }

    private static int spawn(Processes.Pipe pipe, String mark) throws KernelException {
        int root = Kernel.openDirectory("/");
        try {
            int nothing =
                    Kernel.open(root, "dev/null", Kernel.WRITE_ONLY | Kernel.CLOSE_ON_EXEC, 0);
            try {
                return Processes.spawn(
                        SHELL,
                        List.of(SHELL, "-c", SCRIPT, "guard", mark),
                        List.of(),
                        new Processes.Open(root, "", pipe.out(), nothing, nothing));
            } finally {
                Kernel.close(nothing);
            }
        } finally {
            Kernel.close(root);
        }
    }

    /** Its number; negative if there is none. */
    int pid() {
        return pid;
    }

    /** It guards this command from now on, which is the first of its session. */
    void watch(int pidOfCommand) {
        command = pidOfCommand;
        tell(Set.of());
    }

    /* All of them each time: the number of a session that has ended may soon be another's. */
    private void tell(Collection<Long> others) {
        Set<Long> sessions = new TreeSet<>(others);
        sessions.add(command);
        sessions.removeIf(session -> session <= INIT);
        if (pid == NONE || sessions.isEmpty() || sessions.equals(told)) {
            return;
        }
        told = sessions;
        String line = sessions.stream().map(String::valueOf).collect(joining(" ", "", "\n"));
        try {
            Kernel.write(pipe, line.getBytes(US_ASCII));
        } catch (KernelException _) {
            // somebody killed it: the command runs as if there were no guard
        }
    }

    /** It guards what has left the session of the command, too. Looks once a second in the end. */
    void look() {
        long now = System.nanoTime();
        if (pid != NONE && now - lookedNanos >= pauseNanos) {
            lookedNanos = now;
            pauseNanos = Math.min(2 * pauseNanos, LOOK_NANOS);
            tell(Descendants.sessions(pid));
        }
    }

    /** The command has ended, and so does the guard. */
    @Override
    public void close() {
        if (pid == NONE) {
            return;
        }
        Processes.kill(pid);
        Kernel.close(pipe);
        for (int checks = 0; !Descendants.reap(pid) && checks < MOST_CHECKS; checks++) {
            LockSupport.parkNanos(CHECK_NANOS);
        }
    }
}
