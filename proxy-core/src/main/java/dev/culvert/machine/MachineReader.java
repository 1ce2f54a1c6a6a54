package dev.culvert.machine;

import dev.culvert.io.Quoted;
import dev.culvert.machine.MachineReport.Cgroup;
import dev.culvert.machine.MachineReport.ClockState;
import dev.culvert.machine.MachineReport.Cpu;
import dev.culvert.machine.MachineReport.Disk;
import dev.culvert.machine.MachineReport.Interface;
import dev.culvert.machine.MachineReport.Memory;
import dev.culvert.machine.MachineReport.Processes;
import dev.culvert.machine.MachineReport.Self;
import dev.culvert.machine.MachineReport.Service;
import dev.culvert.machine.MachineReport.Top;
import dev.culvert.machine.MachineReport.Vsock;
import dev.culvert.machine.ProcText.CpuTimes;
import dev.culvert.machine.ProcText.ProcessTimes;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what the machine is like, within a fraction of a second. Safe for all threads.
 *
 * @param files the files of the machine
 * @param systemctl lists the units of systemd
 * @param places directories whose disks are looked at, besides the root
 */
public record MachineReader(MachineFiles files, UnitList systemctl, List<Path> places) {
    /** What is measured is measured for so long. */
    private static final Duration WINDOW = Duration.ofMillis(200);

    private static final int MOST_TOP = 5;
    private static final long PAGE_BYTES = 4_096;

    public MachineReader {
        places = List.copyOf(places);
    }

    /** Of this machine. */
    public static MachineReader here(List<Path> places) {
        return new MachineReader(new MachineFiles(Path.of("/")), UnitList.ofSystemctl(), places);
    }

    /** Blocks. */
    public MachineReport read() {
        CpuTimes before = ProcText.cpu(files.text("proc/stat"));
        Map<Long, ProcessTimes> earlier = files.processes();
        long begun = System.nanoTime();
        List<Service> services = systemctl.read(files);
        pause();
        String stat = files.text("proc/stat");
        Map<Long, ProcessTimes> later = files.processes();
        double seconds = Math.max(0.001, (System.nanoTime() - begun) / 1e9);
        return new MachineReport(
                Instant.now(),
                Quoted.word(files.text("proc/sys/kernel/hostname").strip()),
                Quoted.word(files.text("proc/sys/kernel/osrelease").strip()),
                (long) ProcText.fraction(ProcText.words(files.text("proc/uptime"))[0]),
                cpu(before, ProcText.cpu(stat), stat),
                memory(),
                ProcText.pressure(files.text("proc/pressure/io")),
                disks(),
                cgroup(),
                processes(earlier, later, seconds),
                network(),
                new Vsock(
                        files.exists("dev/vsock"),
                        files.exists("dev/vhost-vsock"),
                        ProcText.vsockModules(files.text("proc/modules"))),
                clock(),
                services,
                self());
    }

    private static void pause() {
        try {
            Thread.sleep(WINDOW);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // the figures are of a shorter time then
        }
    }

    private Cpu cpu(CpuTimes before, CpuTimes after, String stat) {
        double all = (double) (after.all() - before.all());
        boolean isKnown = before.all() >= 0 && after.all() >= 0 && all > 0;
        return new Cpu(
                ProcText.cores(stat),
                isKnown ? percent(all - (after.idle() - before.idle()), all) : -1,
                isKnown ? percent((double) (after.stolen() - before.stolen()), all) : -1,
                ProcText.load(files.text("proc/loadavg")),
                ProcText.pressure(files.text("proc/pressure/cpu")));
    }

    private Memory memory() {
        Map<String, Long> all = ProcText.kibibytes(files.text("proc/meminfo"));
        return new Memory(
                all.getOrDefault("MemTotal", -1L),
                all.getOrDefault("MemAvailable", -1L),
                all.getOrDefault("SwapTotal", -1L),
                all.getOrDefault("SwapFree", -1L),
                ProcText.pressure(files.text("proc/pressure/memory")));
    }

    private List<Disk> disks() {
        List<Disk> disks = new ArrayList<>();
        List<Path> all = new ArrayList<>(List.of(Path.of("/")));
        all.addAll(places);
        for (Path place : all) {
            try {
                FileStore store = Files.getFileStore(place);
                disks.add(
                        new Disk(
                                place.toString(),
                                store.getTotalSpace(),
                                store.getUsableSpace(),
                                // the unit may make the root read-only, which is no fault
                                store.isReadOnly() && !place.equals(Path.of("/"))));
            } catch (IOException _) {
                // it is not there
            }
        }
        return disks;
    }

    private Optional<Cgroup> cgroup() {
        Optional<String> own =
                files.text("proc/self/cgroup")
                        .lines()
                        .filter(line -> line.startsWith("0::/"))
                        .map(line -> line.substring("0::".length()))
                        .findFirst();
        if (own.isEmpty()) {
            return Optional.empty();
        }
        String folder = "sys/fs/cgroup" + own.get() + "/";
        Map<String, Long> cpu = ProcText.counts(files.text(folder + "cpu.stat"));
        String[] most = ProcText.words(files.text(folder + "cpu.max"));
        double quota = most.length == 2 ? ProcText.number(most[0]) : -1;
        double period = most.length == 2 ? ProcText.number(most[1]) : -1;
        return Optional.of(
                new Cgroup(
                        Quoted.cut(own.get(), 256),
                        ProcText.number(files.text(folder + "memory.current")),
                        ProcText.number(files.text(folder + "memory.max")),
                        ProcText.counts(files.text(folder + "memory.events"))
                                .getOrDefault("oom_kill", -1L),
                        quota > 0 && period > 0 ? percent(quota, period) : -1,
                        cpu.getOrDefault("nr_periods", 0L) > 0
                                ? percent(
                                        cpu.getOrDefault("nr_throttled", 0L),
                                        cpu.getOrDefault("nr_periods", 0L))
                                : -1,
                        ProcText.number(files.text(folder + "pids.current")),
                        ProcText.number(files.text(folder + "pids.max"))));
    }

    private Processes processes(
            Map<Long, ProcessTimes> earlier, Map<Long, ProcessTimes> later, double seconds) {
        List<Top> top =
                later.values().stream()
                        .filter(it -> earlier.containsKey(it.pid()))
                        .map(it ->
                                new Top(
                                        it.pid(),
                                        it.name(),
                                        rounded(
                                                it.percentSince(
                                                        earlier.getOrDefault(it.pid(), it).ticks(),
                                                        seconds)),
                                        it.residentPages() * PAGE_BYTES))
                        .sorted(
                                Comparator.comparingDouble(Top::cpuPercent)
                                        .thenComparingLong(Top::residentBytes)
                                        .reversed())
                        .limit(MOST_TOP)
                        .toList();
        return new Processes(
                later.size(),
                count(later, 'R'),
                count(later, 'D'),
                count(later, 'Z'),
                later.containsKey(1L),
                top);
    }

    private static int count(Map<Long, ProcessTimes> all, char state) {
        return (int) all.values().stream().filter(it -> it.state() == state).count();
    }

    private List<Interface> network() {
        return ProcText.interfaces(files.text("proc/net/dev")).stream()
                .map(it ->
                        new Interface(
                                it.name(),
                                Quoted.word(
                                        files.text("sys/class/net/" + it.name() + "/operstate")
                                                .strip()),
                                it.receivedBytes(),
                                it.sentBytes(),
                                it.receivedPackets(),
                                it.sentPackets(),
                                it.errors(),
                                it.drops()))
                .toList();
    }

    private ClockState clock() {
        Optional<Boolean> synced =
                files.exists("run/systemd/timesync/synchronized")
                        ? Optional.of(true)
                        : files.exists("run/systemd/timesync")
                                ? Optional.of(false)
                                : Optional.empty();
        String source =
                files.text("sys/devices/system/clocksource/clocksource0/current_clocksource");
        return new ClockState(Quoted.word(source.strip()), synced);
    }

    private Self self() {
        Map<String, Long> status = ProcText.kibibytes(files.text("proc/self/status"));
        long threads = status.getOrDefault("Threads", -1024L) / 1024;
        long most =
                files.text("proc/self/limits")
                        .lines()
                        .filter(line -> line.startsWith("Max open files"))
                        .map(line -> ProcText.words(line.substring("Max open files".length())))
                        .mapToLong(words -> ProcText.number(words[0]))
                        .findFirst()
                        .orElse(-1);
        return new Self(
                ProcessHandle.current().pid(),
                status.getOrDefault("VmRSS", -1L),
                threads,
                files.count("proc/self/fd"),
                most);
    }

    private static double percent(double part, double whole) {
        return rounded(Math.clamp(100 * part / whole, 0, 1e6));
    }

    private static double rounded(double value) {
        return Math.round(value * 10) / 10.0;
    }
}
