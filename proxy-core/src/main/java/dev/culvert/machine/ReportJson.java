package dev.culvert.machine;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.machine.MachineReport.Cgroup;
import dev.culvert.machine.MachineReport.Disk;
import dev.culvert.machine.MachineReport.Interface;
import dev.culvert.machine.MachineReport.Pressure;
import dev.culvert.machine.MachineReport.Service;
import dev.culvert.machine.MachineReport.Top;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** A report as one JSON object, with what is wrong (schemas/pong.json, machine). */
public final class ReportJson {
    private static final JsonFactory JSON = new JsonFactory();

    private final JsonGenerator json;

    private ReportJson(JsonGenerator json) {
        this.json = json;
    }

    /** The whole object. */
    public static String of(MachineReport report) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            new ReportJson(json).write(report);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** Writes the members of a list of findings. */
    public static void write(JsonGenerator json, List<Finding> findings) throws IOException {
        json.writeArrayFieldStart("findings");
        for (Finding finding : findings) {
            json.writeStartObject();
            json.writeStringField("grade", finding.grade().label());
            json.writeStringField("area", finding.area());
            json.writeStringField("sentence", finding.sentence());
            json.writeStringField("advice", finding.advice());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void write(MachineReport report) throws IOException {
        json.writeStartObject();
        json.writeStringField("at", report.at().toString());
        json.writeStringField("host", report.host());
        json.writeStringField("kernel", report.kernel());
        number("uptime_secs", report.uptimeSecs());
        cpu(report.cpu());
        memory(report.memory());
        json.writeObjectFieldStart("io");
        pressure(report.ioPressure());
        json.writeEndObject();
        json.writeArrayFieldStart("disks");
        for (Disk disk : report.disks()) {
            disk(disk);
        }
        json.writeEndArray();
        if (report.cgroup().isPresent()) {
            cgroup(report.cgroup().get());
        }
        processes(report.processes());
        json.writeArrayFieldStart("network");
        for (Interface each : report.network()) {
            network(each);
        }
        json.writeEndArray();
        json.writeObjectFieldStart("vsock");
        json.writeBooleanField("device", report.vsock().device());
        json.writeBooleanField("vhost", report.vsock().vhost());
        texts("modules", report.vsock().modules());
        json.writeEndObject();
        json.writeObjectFieldStart("clock");
        json.writeStringField("source", report.clock().source());
        if (report.clock().synced().isPresent()) {
            json.writeBooleanField("synced", report.clock().synced().get());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("services");
        for (Service service : report.services()) {
            json.writeStartObject();
            json.writeStringField("unit", service.unit());
            json.writeStringField("state", service.state());
            json.writeStringField("detail", service.detail());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeObjectFieldStart("self");
        number("pid", report.self().pid());
        number("resident_bytes", report.self().residentBytes());
        number("threads", report.self().threads());
        number("open_files", report.self().openFiles());
        number("max_open_files", report.self().maxOpenFiles());
        json.writeEndObject();
        write(json, Findings.of(report));
        json.writeEndObject();
    }

    private void cpu(MachineReport.Cpu cpu) throws IOException {
        json.writeObjectFieldStart("cpu");
        number("cores", cpu.cores());
        number("busy_percent", cpu.busyPercent());
        number("stolen_percent", cpu.stolenPercent());
        json.writeArrayFieldStart("load");
        for (double each : cpu.load()) {
            json.writeNumber(each);
        }
        json.writeEndArray();
        pressure(cpu.pressure());
        json.writeEndObject();
    }

    private void memory(MachineReport.Memory memory) throws IOException {
        json.writeObjectFieldStart("memory");
        number("total_bytes", memory.totalBytes());
        number("available_bytes", memory.availableBytes());
        number("swap_total_bytes", memory.swapTotalBytes());
        number("swap_free_bytes", memory.swapFreeBytes());
        pressure(memory.pressure());
        json.writeEndObject();
    }

    private void pressure(Optional<Pressure> pressure) throws IOException {
        if (pressure.isPresent()) {
            json.writeObjectFieldStart("pressure");
            number("some_avg10", pressure.get().some());
            number("full_avg10", pressure.get().full());
            json.writeEndObject();
        }
    }

    private void disk(Disk disk) throws IOException {
        json.writeStartObject();
        json.writeStringField("path", disk.path());
        number("total_bytes", disk.totalBytes());
        number("free_bytes", disk.freeBytes());
        json.writeBooleanField("read_only", disk.readOnly());
        json.writeEndObject();
    }

    private void cgroup(Cgroup cgroup) throws IOException {
        json.writeObjectFieldStart("cgroup");
        json.writeStringField("path", cgroup.path());
        number("memory_bytes", cgroup.memoryBytes());
        number("memory_max_bytes", cgroup.memoryMaxBytes());
        number("oom_kills", cgroup.oomKills());
        number("cpu_max_percent", cgroup.cpuMaxPercent());
        number("throttled_percent", cgroup.throttledPercent());
        number("pids", cgroup.pids());
        number("pids_max", cgroup.pidsMax());
        json.writeEndObject();
    }

    private void processes(MachineReport.Processes processes) throws IOException {
        json.writeObjectFieldStart("processes");
        number("count", processes.count());
        number("running", processes.running());
        number("blocked", processes.blocked());
        number("zombies", processes.zombies());
        json.writeBooleanField("of_all_users", processes.visible());
        json.writeArrayFieldStart("top");
        for (Top top : processes.top()) {
            json.writeStartObject();
            number("pid", top.pid());
            json.writeStringField("name", top.name());
            number("cpu_percent", top.cpuPercent());
            number("resident_bytes", top.residentBytes());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void network(Interface each) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", each.name());
        json.writeStringField("state", each.state());
        number("received_bytes", each.receivedBytes());
        number("sent_bytes", each.sentBytes());
        number("received_packets", each.receivedPackets());
        number("sent_packets", each.sentPackets());
        number("errors", each.errors());
        number("drops", each.drops());
        json.writeEndObject();
    }

    private void texts(String name, List<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    /** Leaves out what could not be read. */
    private void number(String name, long value) throws IOException {
        if (value >= 0) {
            json.writeNumberField(name, value);
        }
    }

    private void number(String name, double value) throws IOException {
        if (value >= 0) {
            json.writeNumberField(name, value);
        }
    }
}
