package dev.culvert.machine;

import dev.culvert.machine.Finding.Grade;
import dev.culvert.machine.MachineReport.Cgroup;
import dev.culvert.machine.MachineReport.Disk;
import dev.culvert.machine.MachineReport.Interface;
import dev.culvert.machine.MachineReport.Memory;
import dev.culvert.machine.MachineReport.Pressure;
import dev.culvert.machine.MachineReport.Self;
import dev.culvert.machine.MachineReport.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is wrong with a machine, by its report: one line for each, with what to do. */
public final class Findings {
    private static final double MUCH_PRESSURE = 40;
    private static final double MUCH_STALL = 10;
    private static final double MUCH_STEAL = 10;
    private static final double MUCH_THROTTLING = 20;
    private static final double LOAD_A_CORE = 2;
    private static final int MANY_ZOMBIES = 50;
    private static final int MANY_BLOCKED = 10;
    private static final long MIB = 1 << 20;
    private static final Duration OFF = Duration.ofSeconds(2);

    private final List<Finding> found = new ArrayList<>();

    private Findings() {}

    /** None if nothing is wrong. */
    public static List<Finding> of(MachineReport report) {
        Findings findings = new Findings();
        findings.cpu(report);
        findings.memory(report.memory());
        report.ioPressure().ifPresent(findings::io);
        report.disks().forEach(findings::disk);
        report.cgroup().ifPresent(findings::cgroup);
        findings.processes(report.processes());
        report.network().forEach(findings::network);
        findings.clock(report.clock());
        report.services().forEach(findings::service);
        findings.self(report.self());
        return List.copyOf(findings.found);
    }

    /** None, or that two clocks differ. */
    public static List<Finding> ofOffset(Duration offset) {
        Findings findings = new Findings();
        if (offset.abs().compareTo(OFF) > 0) {
            findings.warn(
                    "clock",
                    "the clock is %s ms %s the host's"
                            .formatted(
                                    offset.abs().toMillis(),
                                    offset.isNegative() ? "behind" : "ahead of"),
                    "Run a time service there, such as chrony with the PTP clock of KVM"
                            + " (/dev/ptp0); else certificates and tokens expire at the wrong"
                            + " time.");
        }
        return List.copyOf(findings.found);
    }

    private void add(Grade grade, String area, String sentence, String advice) {
        found.add(new Finding(grade, area, sentence, advice));
    }

    private void warn(String area, String sentence, String advice) {
        add(Grade.WARNING, area, sentence, advice);
    }

    private void cpu(MachineReport report) {
        int cores = Math.max(1, report.cpu().cores());
        List<Double> load = report.cpu().load();
        boolean isLoaded = !load.isEmpty() && load.getFirst() > LOAD_A_CORE * cores;
        boolean isPressed =
                report.cpu().pressure().filter(it -> it.some() > MUCH_PRESSURE).isPresent();
        if (isLoaded || isPressed) {
            warn(
                    "cpu",
                    "more work than %d cores can do waits for them: load %s%s"
                            .formatted(
                                    cores,
                                    load.isEmpty() ? "unknown" : number(load.getFirst()),
                                    report.cpu()
                                            .pressure()
                                            .map(it -> ", pressure " + number(it.some()) + " %")
                                            .orElse("")),
                    "See the processes that use most, and give the machine more cores.");
        }
        if (report.cpu().stolenPercent() > MUCH_STEAL) {
            warn(
                    "cpu",
                    "the hypervisor takes %s %% of the CPU time away"
                            .formatted(number(report.cpu().stolenPercent())),
                    "Its host has too many virtual CPUs: move a VM.");
        }
    }

    private void memory(Memory memory) {
        double left = 100.0 * memory.availableBytes() / Math.max(1, memory.totalBytes());
        if (memory.totalBytes() > 0 && memory.availableBytes() >= 0 && left < 10) {
            add(
                    left < 3 ? Grade.FAILURE : Grade.WARNING,
                    "memory",
                    "only %d MiB of %d MiB of memory are left"
                            .formatted(memory.availableBytes() / MIB, memory.totalBytes() / MIB),
                    "At the end the kernel kills a process: see those that use most, or give the"
                            + " machine more.");
        }
        memory.pressure()
                .filter(it -> it.full() > MUCH_STALL)
                .ifPresent(it ->
                        warn(
                                "memory",
                                "everything waits for memory %s %% of the time"
                                        .formatted(number(it.full())),
                                "The machine swaps or reads programs again and again: give it more"
                                        + " memory."));
    }

    private void io(Pressure pressure) {
        if (pressure.full() > MUCH_STALL) {
            warn(
                    "io",
                    "everything waits for disks %s %% of the time"
                            .formatted(number(pressure.full())),
                    "See which process writes or reads: iotop, or pidstat -d.");
        }
    }

    private void disk(Disk disk) {
        double left = 100.0 * disk.freeBytes() / Math.max(1, disk.totalBytes());
        if (disk.readOnly()) {
            add(
                    Grade.FAILURE,
                    "disk",
                    "the disk of %s can only be read".formatted(disk.path()),
                    "After an error of a disk the kernel does that: see dmesg.");
        } else if (disk.totalBytes() > 0 && (left < 5 || disk.freeBytes() < 100 * MIB)) {
            add(
                    left < 1 || disk.freeBytes() < 10 * MIB ? Grade.FAILURE : Grade.WARNING,
                    "disk",
                    "the disk of %s has %d MiB left".formatted(disk.path(), disk.freeBytes() / MIB),
                    "See what fills it: du -xh --max-depth=2 / | sort -h | tail");
        }
    }

    private void cgroup(Cgroup cgroup) {
        if (cgroup.memoryMaxBytes() > 0
                && cgroup.memoryBytes() > cgroup.memoryMaxBytes() / 10 * 9) {
            warn(
                    "cgroup",
                    "the unit uses %d of %d MiB of memory"
                            .formatted(cgroup.memoryBytes() / MIB, cgroup.memoryMaxBytes() / MIB),
                    "Raise MemoryMax= of the unit: systemctl edit.");
        }
        if (cgroup.oomKills() > 0) {
            add(
                    Grade.FAILURE,
                    "cgroup",
                    "the kernel has killed %d processes of the unit for want of memory"
                            .formatted(cgroup.oomKills()),
                    "Raise MemoryMax= of the unit: systemctl edit.");
        }
        if (cgroup.throttledPercent() > MUCH_THROTTLING) {
            warn(
                    "cgroup",
                    "the unit had to wait for CPU time in %s %% of the periods"
                            .formatted(number(cgroup.throttledPercent())),
                    "Raise CPUQuota= of the unit: systemctl edit.");
        }
        if (cgroup.pidsMax() > 0 && cgroup.pids() > cgroup.pidsMax() / 10 * 9) {
            warn(
                    "cgroup",
                    "the unit has %d of %d threads".formatted(cgroup.pids(), cgroup.pidsMax()),
                    "Raise TasksMax= of the unit: systemctl edit.");
        }
    }

    private void processes(MachineReport.Processes processes) {
        if (processes.zombies() > MANY_ZOMBIES) {
            warn(
                    "processes",
                    "%d processes have ended, and nobody asks how".formatted(processes.zombies()),
                    "Their parent has a fault: ps -eo ppid,stat | grep Z");
        }
        if (processes.blocked() > MANY_BLOCKED) {
            warn(
                    "processes",
                    "%d processes wait for a disk or a network file system"
                            .formatted(processes.blocked()),
                    "See which: ps -eo pid,stat,wchan,cmd | grep ' D'");
        }
    }

    private void network(Interface each) {
        long packets = Math.max(1, each.receivedPackets() + each.sentPackets());
        if (each.errors() > Math.max(100, packets / 100)) {
            warn(
                    "network",
                    "%s has %d errors in %d packets".formatted(each.name(), each.errors(), packets),
                    "See ip -s link show %s: a cable, a driver or an MTU.".formatted(each.name()));
        }
    }

    private void clock(MachineReport.ClockState clock) {
        if (clock.synced().filter(it -> !it).isPresent()) {
            warn(
                    "clock",
                    "nobody sets the clock",
                    "timedatectl set-ntp true; in a VM without a network, chrony with the PTP clock"
                            + " of KVM.");
        }
    }

    private void service(Service service) {
        if (service.state().equals("failed")) {
            add(
                    service.unit().startsWith("culvert") ? Grade.FAILURE : Grade.WARNING,
                    "services",
                    service.unit() + " has failed",
                    "See why: journalctl -u %s -n 50".formatted(service.unit()));
        }
    }

    private void self(Self self) {
        if (self.maxOpenFiles() > 0 && self.openFiles() > self.maxOpenFiles() / 10 * 8) {
            warn(
                    "self",
                    "this program has %d of %d files and sockets open"
                            .formatted(self.openFiles(), self.maxOpenFiles()),
                    "Raise LimitNOFILE= of the unit: systemctl edit.");
        }
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
