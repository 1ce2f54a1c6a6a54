package dev.culvert.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineReaderTest {
    @TempDir private Path root;

    private void file(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private MachineReport read() {
        return new MachineReader(new MachineFiles(root), _ -> List.of(), List.of()).read();
    }

    @Test
    void readsThisMachine() {
        MachineReport report = MachineReader.here(List.of(Path.of("/tmp"))).read();
        assertThat(report.at()).isBefore(Instant.now().plusSeconds(1));
        assertThat(report.uptimeSecs()).isPositive();
        assertThat(report.cpu().cores()).isPositive();
        assertThat(report.cpu().busyPercent()).isBetween(0.0, 100.0);
        assertThat(report.memory().totalBytes()).isGreaterThan(report.memory().availableBytes());
        assertThat(report.disks())
                .extracting(MachineReport.Disk::path)
                .containsExactly("/", "/tmp");
        assertThat(report.processes().count()).isPositive();
        assertThat(report.self().pid()).isEqualTo(ProcessHandle.current().pid());
        assertThat(report.self().openFiles()).isPositive();
        assertThat(ReportJson.of(report)).contains("\"kernel\":\"", "\"findings\":[");
    }

    @Test
    void readsWhatItFindsBelowItsRoot() throws Exception {
        file("proc/sys/kernel/hostname", "web-1\n");
        file("proc/uptime", "3600.25 100.00\n");
        file("proc/self/cgroup", "0::/system.slice/culvert-agent.service\n");
        String cgroup = "sys/fs/cgroup/system.slice/culvert-agent.service/";
        file(cgroup + "memory.current", "1000\n");
        file(cgroup + "memory.max", "max\n");
        file(cgroup + "memory.events", "low 0\noom_kill 2\n");
        file(cgroup + "cpu.max", "50000 100000\n");
        file(cgroup + "cpu.stat", "nr_periods 100\nnr_throttled 25\n");
        file(cgroup + "pids.current", "60\n");
        file(cgroup + "pids.max", "64\n");
        file("sys/devices/system/clocksource/clocksource0/current_clocksource", "kvm-clock\n");
        file("run/systemd/timesync/synchronized", "");
        file("dev/vsock", "");
        MachineReport report = read();
        assertThat(report.host()).isEqualTo("web-1");
        assertThat(report.uptimeSecs()).isEqualTo(3600);
        assertThat(report.cgroup())
                .contains(
                        new MachineReport.Cgroup(
                                "/system.slice/culvert-agent.service",
                                1000,
                                -1,
                                2,
                                50.0,
                                25.0,
                                60,
                                64));
        assertThat(report.clock())
                .isEqualTo(new MachineReport.ClockState("kvm-clock", Optional.of(true)));
        assertThat(report.vsock().device()).isTrue();
        assertThat(Findings.of(report))
                .extracting(Finding::sentence)
                .contains(
                        "the kernel has killed 2 processes of the unit for want of memory",
                        "the unit had to wait for CPU time in 25.0 % of the periods",
                        "the unit has 60 of 64 threads");
    }

    @Test
    void aMachineWithoutAnyFileIsReadAsOneOfWhichNothingIsKnown() {
        MachineReport report = read();
        assertThat(report.host()).isEmpty();
        assertThat(report.cpu().busyPercent()).isNegative();
        assertThat(report.cgroup()).isEmpty();
        assertThat(ReportJson.of(report)).doesNotContain(":-1");
    }

    @Test
    void eachThingThatIsWrongIsALineWithWhatToDo() throws Exception {
        file("proc/stat", "cpu  1 1 1 1 1 0 0 0 0 0\ncpu0 1 1 1 1 1 0 0 0 0 0\n");
        file("proc/loadavg", "9.00 1.00 1.00 1/2 3\n");
        file("proc/meminfo", "MemTotal: 1000000 kB\nMemAvailable: 20000 kB\nSwapTotal: 0 kB\n");
        file("proc/pressure/memory", "some avg10=50.00 avg60=1\nfull avg10=30.00 avg60=1\n");
        file("proc/pressure/io", "some avg10=50.00 avg60=1\nfull avg10=40.00 avg60=1\n");
        file("proc/net/dev", "  eth0: 1 1000 900 0 0 0 0 0 1 1000 0 0 0 0 0 0\n");
        Files.createDirectories(root.resolve("run/systemd/timesync"));
        MachineReport report =
                new MachineReader(
                                new MachineFiles(root),
                                _ ->
                                        List.of(
                                                new MachineReport.Service(
                                                        "culvertd.service", "failed", "failed")),
                                List.of())
                        .read();
        List<Finding> findings = Findings.of(report);
        assertThat(findings)
                .extracting(it -> it.grade().label() + " " + it.area())
                .contains(
                        "warning cpu",
                        "failure memory",
                        "warning memory",
                        "warning io",
                        "warning network",
                        "warning clock",
                        "failure services");
        assertThat(findings).allSatisfy(it -> assertThat(it.advice()).isNotBlank());
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1999, 0", "-1999, 0", "2001, 1", "-90000, 1"})
    void clocksThatDifferByMoreThanTwoSecondsAreWrong(long millis, int findings) {
        assertThat(Findings.ofOffset(Duration.ofMillis(millis))).hasSize(findings);
    }
}
