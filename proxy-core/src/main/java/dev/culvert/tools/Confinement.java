package dev.culvert.tools;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Locale;

/** Confines the thread that calls it, and every process that it starts from then on: for good. */
/*
 * Java can run nothing between fork and exec. But Landlock, seccomp and no_new_privs belong to a thread and are
 * inherited: so a thread of its own confines itself, starts the program, and ends.
 */
final class Confinement {
    private static final boolean IS_ARM =
            System.getProperty("os.arch", "").toLowerCase(Locale.ROOT).equals("aarch64");

    private static final int NO_NEW_PRIVILEGES = 38;
    private static final long CAPGET = IS_ARM ? 90 : 125;
    private static final long CAPSET = IS_ARM ? 91 : 126;
    private static final int CAPABILITIES_BYTES = 24;
    private static final int CAPABILITIES_VERSION = 0x20080522;

    /* Landlock, which has the same numbers on all architectures. */
    private static final long CREATE_RULESET = 444;
    private static final long ADD_RULE = 445;
    private static final long RESTRICT_SELF = 446;
    private static final long ASK_VERSION = 1;
    private static final long PATH_BENEATH = 1;
    private static final long EXECUTE = 1;
    private static final long WRITE_FILE = 1 << 1;
    private static final long READ_FILE = 1 << 2;
    private static final long READ_DIRECTORY = 1 << 3;
    private static final long MAKE_CHARACTER_DEVICE = 1 << 6;
    private static final long MAKE_BLOCK_DEVICE = 1 << 11;
    private static final long TRUNCATE = 1 << 14;
    private static final long[] FILES_BY_VERSION = {0, 0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff};
    private static final int TRUNCATE_VERSION = 3;
    private static final int NETWORK_VERSION = 4;
    private static final int SCOPE_VERSION = 6;
    private static final long TCP = 3;
    private static final long SIGNALS_AND_ABSTRACT_SOCKETS = 3;

    /**
     * What programs need to run: none of it is written to. The agent's state is not below these.
     */
    private static final List<String> PROGRAMS =
            List.of(
                    "/usr",
                    "/bin",
                    "/sbin",
                    "/lib",
                    "/lib32",
                    "/lib64",
                    "/opt",
                    "/nix/store",
                    "/proc",
                    "/sys/devices/system/cpu",
                    "/etc/alternatives",
                    "/etc/ld.so.cache",
                    "/etc/ld.so.conf",
                    "/etc/ld.so.conf.d",
                    "/etc/localtime",
                    "/etc/timezone",
                    "/etc/passwd",
                    "/etc/group",
                    "/etc/nsswitch.conf",
                    "/etc/hosts",
                    "/etc/resolv.conf",
                    "/etc/host.conf",
                    "/etc/services",
                    "/etc/protocols",
                    "/etc/ssl/certs",
                    "/etc/ca-certificates",
                    "/etc/pki",
                    "/etc/mime.types",
                    "/etc/locale.alias",
                    "/etc/gitconfig",
                    "/etc/java-17-openjdk",
                    "/etc/java-21-openjdk",
                    "/etc/python3",
                    "/etc/terminfo");

    private static final List<String> DEVICES =
            List.of(
                    "/dev/null",
                    "/dev/zero",
                    "/dev/full",
                    "/dev/random",
                    "/dev/urandom",
                    "/dev/tty");

    private static final MethodHandle SYSCALL =
            Calls.variadic(
                    "syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    /** The version of Landlock here; 0 for none. */
    static final int VERSION = version();

    private Confinement() {}

    private static int version() {
        try {
            return (int) call("landlock_create_ruleset", CREATE_RULESET, 0, 0, ASK_VERSION, 0);
        } catch (KernelException | RuntimeException e) {
            return 0;
        }
    }

    /** Sees that a confined thread has to load nothing. */
    static void load() {
        TruncateFilter.load();
    }

    private static long call(String name, long number, long a, long b, long c, long d)
            throws KernelException {
        return Calls.make(
                name, (state, _) -> (long) SYSCALL.invokeExact(state, number, a, b, c, d));
    }

    /**
     * This thread has no capability any more, even as root, and no program that it starts gets one.
     */
    /* Landlock alone is not enough: since Linux 6.12, CAP_PERFMON lets root read the environment of any process. */
    static void dropPrivileges() throws KernelException {
        Processes.control(NO_NEW_PRIVILEGES, 1, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment version = arena.allocate(8, Long.BYTES);
            version.set(JAVA_INT, 0, CAPABILITIES_VERSION);
            MemorySegment none = arena.allocate(CAPABILITIES_BYTES, Long.BYTES);
            call("capset", CAPSET, version.address(), none.address(), 0, 0);
        } catch (KernelException e) {
            if (!hasNoCapability()) { // systemd's filter forbids the call where there is none
                throw e;
            }
        }
    }

    /** Whether this thread has none, effective or to be had. */
    static boolean hasNoCapability() throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment version = arena.allocate(8, Long.BYTES);
            version.set(JAVA_INT, 0, CAPABILITIES_VERSION);
            MemorySegment sets = arena.allocate(CAPABILITIES_BYTES, Long.BYTES);
            call("capget", CAPGET, version.address(), sets.address(), 0, 0);
            for (long at = 0; at < CAPABILITIES_BYTES; at += Long.BYTES) {
                if (sets.get(JAVA_LONG, at) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * From now on, this thread may write only in {@code directories}, and read there and what
     * programs need. It can send signals only to what it starts.
     *
     * @param directories descriptors
     * @param network whether TCP is left open
     */
    static void confineFiles(List<Integer> directories, boolean network) throws KernelException {
        confineFiles(directories, network, VERSION);
    }

    /** The same with what a version of Landlock offers, which may be older than the one here. */
    static void confineFiles(List<Integer> directories, boolean network, int version)
            throws KernelException {
        if (version < TRUNCATE_VERSION) {
            TruncateFilter.install();
        }
        long all = FILES_BY_VERSION[Math.min(version, FILES_BY_VERSION.length - 1)];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(3L * Long.BYTES, Long.BYTES);
            attributes.set(JAVA_LONG, 0, all);
            attributes.set(JAVA_LONG, 8, network ? 0 : TCP);
            attributes.set(JAVA_LONG, 16, SIGNALS_AND_ABSTRACT_SOCKETS);
            long size = version >= SCOPE_VERSION ? 24 : version >= NETWORK_VERSION ? 16 : 8;
            int rules =
                    (int)
                            call(
                                    "landlock_create_ruleset",
                                    CREATE_RULESET,
                                    attributes.address(),
                                    size,
                                    0,
                                    0);
            try {
                for (String path : PROGRAMS) {
                    allow(rules, path, EXECUTE | READ_FILE | READ_DIRECTORY, arena);
                }
                for (String path : DEVICES) {
                    allow(rules, path, READ_FILE | WRITE_FILE, arena);
                }
                long work = all & ~(MAKE_CHARACTER_DEVICE | MAKE_BLOCK_DEVICE);
                for (int directory : directories) {
                    allow(rules, directory, work, arena);
                }
                call("landlock_restrict_self", RESTRICT_SELF, rules, 0, 0, 0);
            } finally {
                Kernel.close(rules);
            }
        }
    }

    /* What does not exist needs no rule. */
    private static void allow(int rules, String path, long access, Arena arena)
            throws KernelException {
        int file;
        try {
            file = Kernel.openPath(path);
        } catch (KernelException _) {
            return;
        }
        try {
            Stat its = Kernel.stat(file);
            boolean isDirectory = its.isDirectory();
            allow(
                    rules,
                    file,
                    isDirectory ? access : access & (EXECUTE | READ_FILE | WRITE_FILE | TRUNCATE),
                    arena);
        } finally {
            Kernel.close(file);
        }
    }

    private static void allow(int rules, int file, long access, Arena arena)
            throws KernelException {
        MemorySegment rule = arena.allocate(16, Long.BYTES); // packed: 12 bytes
        rule.set(JAVA_LONG, 0, access);
        rule.set(JAVA_INT, 8, file);
        call("landlock_add_rule", ADD_RULE, rules, PATH_BENEATH, rule.address(), 0);
    }
}
