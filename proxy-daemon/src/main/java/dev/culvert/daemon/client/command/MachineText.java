package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.output.Ages;
import dev.culvert.value.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a machine is like, a row for each part of it. */
final class MachineText {
    private static final long KIB = 1024;

    private final List<Value> rows = new ArrayList<>();

    private MachineText() {}

    /**
     * Rows of {@code part} and {@code state}.
     *
     * @param answer with {@code machine}, and perhaps {@code clock_offset_ms}
     */
    static List<Value> rows(Value answer) {
        MachineText text = new MachineText();
        Value machine = answer.at("machine");
        text.row(
                "host",
                "%s, Linux %s, up %s"
                        .formatted(
                                machine.text("host"),
                                machine.text("kernel"),
                                Ages.of(Duration.ofSeconds(machine.number(0, "uptime_secs")))));
        text.cpu(machine.at("cpu"));
        text.memory(machine.at("memory"));
        text.pressure("io", machine.at("io"), "");
        machine.at("disks").list().forEach(text::disk);
        text.cgroup(machine.at("cgroup"));
        text.processes(machine.at("processes"));
        machine.at("network").list().forEach(text::network);
        text.vsock(machine.at("vsock"));
        text.clock(machine.at("clock"), answer.at("clock_offset_ms"));
        machine.at("services")
                .list()
                .forEach(it ->
                        text.row(
                                it.text("unit"),
                                it.text("state") + " (" + it.text("detail") + ")"));
        text.self(machine.at("self"));
        return text.rows;
    }

    private void row(String part, String state) {
        rows.add(Value.members("part", part, "state", state));
    }

    private void cpu(Value cpu) {
        if (!cpu.isNothing()) {
            String load =
                    cpu.at("load").list().stream()
                            .map(Value::text)
                            .collect(Collectors.joining(" "));
            String stolen = cpu.text("stolen_percent");
            pressure(
                    "cpu",
                    cpu,
                    "%s cores, %s %% busy%s, load %s"
                            .formatted(
                                    cpu.text("cores"),
                                    cpu.text("busy_percent"),
                                    stolen.isEmpty() || stolen.equals("0.0")
                                            ? ""
                                            : ", " + stolen + " % stolen",
                                    load));
        }
    }

    private void memory(Value memory) {
        if (!memory.isNothing()) {
            long swap = memory.number(0, "swap_total_bytes");
            pressure(
                    "memory",
                    memory,
                    "%s of %s left%s"
                            .formatted(
                                    bytes(memory, "available_bytes"),
                                    bytes(memory, "total_bytes"),
                                    swap == 0
                                            ? ", no swap"
                                            : ", %s of %s of swap left"
                                                    .formatted(
                                                            bytes(memory, "swap_free_bytes"),
                                                            bytes(memory, "swap_total_bytes"))));
        }
    }

    /** What some and all work waited, after {@code before}. */
    private void pressure(String part, Value of, String before) {
        Value pressure = of.at("pressure");
        String full = pressure.text("full_avg10");
        String said =
                pressure.isNothing()
                        ? ""
                        : "pressure %s %%%s"
                                .formatted(
                                        pressure.text("some_avg10"),
                                        full.isEmpty() ? "" : " (of all work " + full + " %)");
        String state = before.isEmpty() || said.isEmpty() ? before + said : before + ", " + said;
        if (!state.isEmpty()) {
            row(part, state);
        }
    }

    private void disk(Value disk) {
        row(
                "disk " + disk.text("path"),
                "%s of %s left%s"
                        .formatted(
                                bytes(disk, "free_bytes"),
                                bytes(disk, "total_bytes"),
                                disk.text("read_only").equals("true") ? ", read only" : ""));
    }

    private void cgroup(Value cgroup) {
        if (cgroup.isNothing()) {
            return;
        }
        String throttled = cgroup.text("throttled_percent");
        row(
                "cgroup",
                "%s: memory %s of %s, threads %s of %s%s"
                        .formatted(
                                cgroup.text("path"),
                                bytes(cgroup, "memory_bytes"),
                                bytes(cgroup, "memory_max_bytes"),
                                orNone(cgroup.text("pids")),
                                orNone(cgroup.text("pids_max")),
                                throttled.isEmpty() ? "" : ", throttled " + throttled + " %"));
    }

    private void processes(Value processes) {
        if (processes.isNothing()) {
            return;
        }
        row(
                "processes",
                "%s%s, %s running, %s wait for disks, %s have ended"
                        .formatted(
                                processes.text("count"),
                                processes.text("of_all_users").equals("false")
                                        ? " of its own user"
                                        : "",
                                processes.text("running"),
                                processes.text("blocked"),
                                processes.text("zombies")));
        for (Value top : processes.at("top").list()) {
            row(
                    "  " + top.text("pid"),
                    "%s: %s %% of a core, %s"
                            .formatted(
                                    top.text("name"),
                                    top.text("cpu_percent"),
                                    bytes(top, "resident_bytes")));
        }
    }

    private void network(Value each) {
        row(
                each.text("name"),
                "%s, %s in, %s out, %s errors, %s dropped"
                        .formatted(
                                each.text("state"),
                                bytes(each, "received_bytes"),
                                bytes(each, "sent_bytes"),
                                each.text("errors"),
                                each.text("drops")));
    }

    private void vsock(Value vsock) {
        if (vsock.isNothing()) {
            return;
        }
        List<String> there = new ArrayList<>();
        if (vsock.text("device").equals("true")) {
            there.add("/dev/vsock");
        }
        if (vsock.text("vhost").equals("true")) {
            there.add("/dev/vhost-vsock");
        }
        vsock.at("modules").list().forEach(it -> there.add("module " + it.text()));
        row("vsock", there.isEmpty() ? "none that this program sees" : String.join(", ", there));
    }

    private void clock(Value clock, Value offset) {
        String synced =
                switch (clock.text("synced")) {
                    case "true" -> "synchronised";
                    case "false" -> "not synchronised";
                    default -> "maybe synchronised";
                };
        row(
                "clock",
                "%s%s%s"
                        .formatted(
                                synced,
                                clock.text("source").isEmpty() ? "" : ", " + clock.text("source"),
                                offset.isNothing()
                                        ? ""
                                        : ", %s ms from the host's".formatted(offset.text())));
    }

    private void self(Value self) {
        if (!self.isNothing()) {
            row(
                    "this program",
                    "process %s, %s, %s threads, %s of %s files and sockets"
                            .formatted(
                                    self.text("pid"),
                                    bytes(self, "resident_bytes"),
                                    self.text("threads"),
                                    self.text("open_files"),
                                    self.text("max_open_files")));
        }
    }

    private static String orNone(String text) {
        return text.isEmpty() ? "any number" : text;
    }

    private static String bytes(Value of, String name) {
        long bytes = of.number(-1, name);
        if (bytes < 0) {
            return "any amount";
        }
        if (bytes >= KIB * KIB * KIB) {
            return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (KIB * KIB * KIB));
        }
        return bytes >= KIB * KIB
                ? bytes / (KIB * KIB) + " MiB"
                : bytes >= KIB ? bytes / KIB + " KiB" : bytes + " B";
    }
}
