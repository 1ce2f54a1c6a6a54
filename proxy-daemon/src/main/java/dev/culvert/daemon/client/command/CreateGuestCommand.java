package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.guests.Guest;
import dev.culvert.daemon.client.guests.GuestJob;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert vm create NAME}, and the same of {@code ct}. */
@Command(
        name = "create",
        description = "Creates a guest, and waits until Proxmox has done it.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "What has no flag is a --param, with Proxmox's name for it.",
            "",
            "Examples:",
            "  culvert vm create web-01 --node pve1 --cores 2 --memory 2048 \\",
            "    --disk local-lvm:32 --net vmbr0 --iso local:iso/debian-13.iso --start",
            "  culvert ct create dns-01 --node pve1 --memory 512 --disk local-lvm:8 \\",
            "    --net vmbr0 --template local:vztmpl/debian-13-standard_amd64.tar.zst"
        })
final class CreateGuestCommand implements Verb {
    private static final int MOST_BYTES = 64 * 1024;

    private final Session session;
    private final boolean isVm;

    @Mixin private final GuestFlags flags = new GuestFlags();

    @Parameters(paramLabel = "NAME", description = "What it is called.")
    private String name = "";

    @Option(
            names = "--server",
            paramLabel = "SERVER",
            description = "The Proxmox server of the settings. Default: the only one there is")
    private @Nullable String server;

    @Option(
            names = "--node",
            paramLabel = "NODE",
            description = "Where it will be. Default: the only one there is")
    private @Nullable String node;

    @Option(names = "--id", paramLabel = "VMID", description = "Its id. Default: a free one")
    private @Nullable String id;

    @Option(names = "--cores", paramLabel = "N", description = "How many CPU cores.")
    private @Nullable String cores;

    @Option(names = "--memory", paramLabel = "MIB", description = "How much memory, in MiB.")
    private @Nullable String memory;

    @Option(
            names = "--disk",
            paramLabel = "STORAGE:GIB",
            description = "Its disk: the storage, and how large it is in GiB.")
    private @Nullable String disk;

    @Option(
            names = "--net",
            paramLabel = "BRIDGE",
            description = "Its network, such as vmbr0. A container asks DHCP for an address.")
    private @Nullable String net;

    @Option(
            names = "--iso",
            paramLabel = "VOLUME",
            description = "An image in the CD drive, such as local:iso/debian-13.iso. Of a VM.")
    private @Nullable String iso;

    @Option(
            names = "--template",
            paramLabel = "VOLUME",
            description = "What a container is made from: local:vztmpl/….")
    private @Nullable String template;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "The first line is the password of root. Of a container.")
    private @Nullable Path passwordFile;

    @Option(
            names = "--ssh-keys",
            paramLabel = "FILE",
            description = "Public keys that may log in as root. Of a container.")
    private @Nullable Path sshKeys;

    @Option(
            names = "--tags",
            paramLabel = "TAG",
            split = ",",
            description = "Its tags, with commas between them.")
    private List<String> tags = List.of();

    @Option(names = "--pool", paramLabel = "POOL", description = "Its pool.")
    private @Nullable String pool;

    @Option(names = "--start", description = "Start it afterwards.")
    private boolean start;

    CreateGuestCommand(Session session, String kind) {
        this.session = session;
        isVm = kind.equals("vm");
    }

    @Override
    public int run() throws IOException {
        check(iso != null, "--iso", true);
        check(template != null, "--template", false);
        check(passwordFile != null, "--password-file", false);
        check(sshKeys != null, "--ssh-keys", false);
        if (!isVm && template == null) {
            throw new UsageException(
                    "a container is made from a template: give --template, such as"
                            + " local:vztmpl/debian-13-standard_amd64.tar.zst");
        }
        String to = server == null ? only("servers", "name", "", "--server") : server;
        String on =
                node == null
                        ? only("nodes", "name", "?server=" + Request.segment(to), "--node")
                        : node;
        Map<String, Value> body = new LinkedHashMap<>();
        body.put("kind", Value.of(isVm ? "vm" : "ct"));
        body.put("node", Value.of(on));
        put("vmid", id, body);
        put("cores", cores, body);
        put("memory", memory, body);
        put("pool", pool, body);
        if (!tags.isEmpty()) {
            body.put("tags", Value.of(String.join(";", tags)));
        }
        if (isVm) {
            fillVm(body);
        } else {
            fillContainer(body);
        }
        if (start) {
            body.put("start", Value.of(true));
        }
        GuestJob job =
                new GuestJob(
                        to + "/" + name,
                        (isVm ? "vm " : "ct ") + Quoted.word(name),
                        "create",
                        Guest.PATH + "/" + Request.segment(to),
                        flags.body(body));
        return flags.run(session, List.of(job));
    }

    private void fillVm(Map<String, Value> body) {
        body.put("name", Value.of(name));
        if (disk != null) {
            body.put("scsihw", Value.of("virtio-scsi-single"));
            body.put("scsi0", Value.of(disk));
        }
        put("net0", net == null ? null : "virtio,bridge=" + net, body);
        put("ide2", iso == null ? null : iso + ",media=cdrom", body);
    }

    private void fillContainer(Map<String, Value> body) throws IOException {
        body.put("hostname", Value.of(name));
        body.put("unprivileged", Value.of(true));
        put("ostemplate", template, body);
        put("rootfs", disk, body);
        put("net0", net == null ? null : "name=eth0,ip=dhcp,bridge=" + net, body);
        if (passwordFile != null) {
            body.put("password", Value.of(text(passwordFile).lines().findFirst().orElse("")));
        }
        if (sshKeys != null) {
            body.put("ssh-public-keys", Value.of(text(sshKeys)));
        }
    }

    private static String text(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new UsageException(
                    "%s has more than %d bytes: is it the right file?"
                            .formatted(Quoted.sentence(file.toString()), MOST_BYTES));
        }
        return Files.readString(file);
    }

    private static void put(String name, @Nullable String value, Map<String, Value> body) {
        if (value != null) {
            body.put(name, Value.of(value));
        }
    }

    private void check(boolean isGiven, String flag, boolean isForVm) throws UsageException {
        if (isGiven && isVm != isForVm) {
            throw new UsageException(
                    "%s is for %s alone"
                            .formatted(flag, isForVm ? "virtual machines" : "containers"));
        }
    }

    /** The name of the only one that there is. */
    private String only(String what, String member, String query, String flag) throws IOException {
        List<String> names =
                session.api().get("/api/v1/inventory/" + what + query).at(what).list().stream()
                        .map(it -> it.text(member))
                        .toList();
        if (names.size() == 1) {
            return names.getFirst();
        }
        throw new UsageException(
                names.isEmpty()
                        ? "the daemon knows no %s of Proxmox: culvert doctor".formatted(what)
                        : "there are several %s: say which with %s (%s)"
                                .formatted(
                                        what,
                                        flag,
                                        names.stream()
                                                .map(Quoted::word)
                                                .collect(Collectors.joining(", "))));
    }
}
