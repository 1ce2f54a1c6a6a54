package dev.culvert.machine;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a machine is like. A number that cannot be read is -1, and what cannot be read at all is
 * empty.
 *
 * @param at when reading ended
 * @param kernel its release, quoted
 * @param disks each place once
 * @param services empty where systemd does not say; else those of interest and those that failed
 * @param self the program that reads
 */
public record MachineReport(
        Instant at,
        String host,
        String kernel,
        long uptimeSecs,
        Cpu cpu,
        Memory memory,
        Optional<Pressure> ioPressure,
        List<Disk> disks,
        Optional<Cgroup> cgroup,
        Processes processes,
        List<Interface> network,
        Vsock vsock,
        ClockState clock,
        List<Service> services,
        Self self) {

    public MachineReport {
        disks = List.copyOf(disks);
        network = List.copyOf(network);
        services = List.copyOf(services);
    }

    /**
     * The processor.
     *
     * @param busyPercent while this was read
     */
    public record Cpu(
            int cores,
            double busyPercent,
            double stolenPercent,
            List<Double> load,
            Optional<Pressure> pressure) {
        public Cpu {
            load = List.copyOf(load);
        }
    }

    public record Memory(
            long totalBytes,
            long availableBytes,
            long swapTotalBytes,
            long swapFreeBytes,
            Optional<Pressure> pressure) {}

    /**
     * Pressure stall information: how much of the last 10 s some, or all, of the work waited.
     *
     * @param full -1 if the kernel does not say
     */
    public record Pressure(double some, double full) {}

    /**
     * The disk of a directory.
     *
     * @param path as it was asked for
     */
    public record Disk(String path, long totalBytes, long freeBytes, boolean readOnly) {}

    /**
     * The limits of the program's cgroup.
     *
     * @param memoryMaxBytes -1 for none
     * @param cpuMaxPercent of one core; -1 for no limit
     * @param throttledPercent of the periods in which it ran
     * @param pidsMax -1 for none
     */
    public record Cgroup(
            String path,
            long memoryBytes,
            long memoryMaxBytes,
            long oomKills,
            double cpuMaxPercent,
            double throttledPercent,
            long pids,
            long pidsMax) {}

    /**
     * The processes.
     *
     * @param visible whether those of all users are counted: {@code ProtectProc=} hides them
     * @param top those that used most of a core while this was read
     */
    public record Processes(
            int count, int running, int blocked, int zombies, boolean visible, List<Top> top) {
        public Processes {
            top = List.copyOf(top);
        }
    }

    /**
     * A process.
     *
     * @param name quoted
     * @param cpuPercent of one core
     */
    public record Top(long pid, String name, double cpuPercent, long residentBytes) {}

    /**
     * A network interface.
     *
     * @param state as the kernel says it, such as {@code up}
     */
    public record Interface(
            String name,
            String state,
            long receivedBytes,
            long sentBytes,
            long receivedPackets,
            long sentPackets,
            long errors,
            long drops) {}

    /**
     * The kernel's vsock.
     *
     * @param device whether programs here may use vsock
     * @param vhost whether VMMs here may give it to VMs
     * @param modules of the kernel that are loaded
     */
    public record Vsock(boolean device, boolean vhost, List<String> modules) {
        public Vsock {
            modules = List.copyOf(modules);
        }
    }

    /**
     * The clock.
     *
     * @param synced whether somebody sets it; empty if that cannot be told
     */
    public record ClockState(String source, Optional<Boolean> synced) {}

    /**
     * A unit of systemd.
     *
     * @param state such as {@code active}
     * @param detail such as {@code running}
     */
    public record Service(String unit, String state, String detail) {}

    public record Self(
            long pid, long residentBytes, long threads, long openFiles, long maxOpenFiles) {}
}
