package dev.culvert.daemon.client.doctor;

import dev.culvert.daemon.client.host.Reply;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The Proxmox servers that the daemon knows, and the vsock devices of their machines. */
final class ProxmoxInspection implements Inspection {
    private static final String VHOST = "/dev/vhost-vsock";
    private static final String NODE = "/etc/pve";
    private static final int NOT_FOUND = 404;

    /** A page of the list, and how many of them are looked at. */
    private static final int PAGE = 1_000;

    private static final int MOST_PAGES = 10;

    @Override
    public String name() {
        return "proxmox";
    }

    @Override
    public List<Finding> inspect(Site site) {
        try {
            Reply reply = site.daemon().get("/api/v1/inventory/servers");
            if (reply.status() == NOT_FOUND) {
                return List.of(Finding.skipped("the daemon knows nothing of Proxmox"));
            }
            if (!reply.isOk()) {
                return List.of(
                        Finding.skipped(
                                "the daemon does not say how its Proxmox servers are: "
                                        + Quoted.sentence(reply.sentence())));
            }
            List<Value> servers = reply.json().at("servers").list();
            if (servers.isEmpty()) {
                return List.of(Finding.skipped("the daemon has no Proxmox server"));
            }
            List<Finding> findings = new ArrayList<>();
            for (Value server : servers) {
                findings.add(ofServer(server));
                if (server.text("state").equals("ok")) {
                    ofToken(site, server.text("name"), findings);
                }
            }
            ofDevices(site, guests(site), findings);
            return findings;
        } catch (IOException _) {
            return List.of(Finding.skipped("no daemon answers, so no Proxmox could be asked"));
        }
    }

    private static Finding ofServer(Value server) {
        String name = Quoted.word(server.text("name"));
        String state = server.text("state");
        if (!state.equals("ok")) {
            return Finding.failure(
                    "Proxmox %s is %s".formatted(name, Quoted.word(state)),
                    Quoted.sentence(server.text("error")),
                    "do what this sentence says; then the daemon asks again by itself");
        }
        if (server.text("quorate").equals("false")) {
            return Finding.failure(
                    "the cluster of Proxmox " + name + " has no quorum",
                    "it refuses every change, and starts no guest",
                    "bring enough nodes back: pvecm status");
        }
        return Finding.ok(
                "Proxmox %s (%s) answers in %s ms"
                        .formatted(
                                name,
                                Quoted.word(server.text("version")),
                                Quoted.word(server.text("took_ms"))));
    }

    private static void ofToken(Site site, String server, List<Finding> findings)
            throws IOException {
        Reply reply = site.daemon().get("/api/v1/inventory/servers/" + server + "/privileges");
        Value missing = reply.json().at("missing");
        String toRead = names(missing.at("to_read"));
        String toChange = names(missing.at("to_change"));
        String grant = Quoted.page(reply.json().text("grant"));
        if (!toRead.isEmpty()) {
            findings.add(
                    Finding.failure(
                            "the token of Proxmox %s lacks %s".formatted(server, toRead),
                            "the inventory does not show what it may not see",
                            grant));
        } else if (!toChange.isEmpty()) {
            findings.add(
                    Finding.warning(
                            "the token of Proxmox %s lacks %s".formatted(server, toChange),
                            "it may see, and not do what these are for; that is right if nobody"
                                    + " shall change guests by Culvert",
                            "if it shall, " + grant));
        }
    }

    private static String names(Value list) {
        return Quoted.sentence(String.join(", ", list.list().stream().map(Value::text).toList()));
    }

    private static List<Value> guests(Site site) throws IOException {
        List<Value> all = new ArrayList<>();
        String after = "";
        for (int page = 0; page < MOST_PAGES; page++) {
            Value json =
                    site.daemon()
                            .get(
                                    "/api/v1/inventory/guests?kind=vm&limit="
                                            + PAGE
                                            + (after.isEmpty() ? "" : "&after=" + after))
                            .json();
            all.addAll(json.at("guests").list());
            after = json.text("next").replace("/", "%2F");
            if (after.isEmpty()) {
                break;
            }
        }
        return all;
    }

    private static void ofDevices(Site site, List<Value> guests, List<Finding> findings) {
        Map<String, List<String>> byCid = new TreeMap<>();
        for (Value guest : guests) {
            long cid = guest.number(-1, "cid");
            if (cid >= 0) {
                byCid.computeIfAbsent(guest.text("server") + " " + cid, _ -> new ArrayList<>())
                        .add(
                                "%s (%s)"
                                        .formatted(
                                                Quoted.word(guest.text("id")),
                                                Quoted.word(guest.text("name"))));
            }
        }
        byCid.forEach((place, ids) -> {
            if (ids.size() > 1) {
                findings.add(
                        Finding.failure(
                                "VMs have one CID, %s: %s"
                                        .formatted(
                                                place.substring(place.indexOf(' ') + 1),
                                                String.join(", ", ids)),
                                "a clone has the args of the VM that it was made from, and only one"
                                        + " of them can run on a node",
                                "give the clone one of its own: culvert vm adopt ID --renumber"));
            }
        });
        boolean isNode = Files.isDirectory(site.host().path(NODE));
        if (isNode && !byCid.isEmpty() && !Files.exists(site.host().path(VHOST))) {
            findings.add(
                    Finding.failure(
                                    "VMs of this node cannot get their vsock device",
                                    "there is no "
                                            + VHOST
                                            + ": the module vhost_vsock is not loaded",
                                    "modprobe vhost_vsock; to load it at each start: echo"
                                            + " vhost_vsock >> /etc/modules-load.d/culvert.conf")
                            .with(Remedy.of("modprobe", "vhost_vsock")));
        }
    }
}
