package dev.culvert.daemon.proxmox.fake;

import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of Proxmox VE on loopback, in memory, with the faults that a test asks for.
 *
 * <pre>{@code
 * try (FakeProxmox pve = FakeProxmox.start(9).node("pve1").vm(101, "web-01")) {
 *     client(pve.url(), pve.fingerprint(), pve.token());
 * }
 * }</pre>
 *
 * Guests are made on the node that was named last. A node has the storages {@code local} and {@code
 * local-lvm}. Each method may be called from any thread, also while the server answers.
 */
public final class FakeProxmox implements AutoCloseable {
    /** The token of root that is always there, without separate privileges. */
    private static final String ROOT_TOKEN = "root@pam!fake";

    private final Facts facts;
    private final Cluster cluster;
    private final Api api;
    private final FakeListener listener;
    private final String token;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Deque<Answer> wrong = new ConcurrentLinkedDeque<>();
    private volatile SelfSigned certificate = SelfSigned.of("pve1");
    private volatile Duration delay = Duration.ZERO;
    private volatile String unanswered = "";
    private String lastNode = "";

    private FakeProxmox(int major, int port) {
        facts = Facts.of(major);
        cluster = new Cluster("fake", new Roles(major));
        api = new Api(facts, cluster, this::fingerprint);
        token = cluster.accounts().addToken(ROOT_TOKEN, false, "");
        listener = new FakeListener(certificate, port, this::answer);
    }

    /**
     * A cluster without nodes.
     *
     * @param major 8 or 9
     */
    public static FakeProxmox start(int major) {
        return start(major, 0);
    }

    /**
     * A cluster without nodes, on a port of its own choice.
     *
     * @param port 0 for any
     */
    public static FakeProxmox start(int major, int port) {
        return new FakeProxmox(major, port);
    }

    private Answer answer(Request request) {
        requests.add(request);
        if (delay.isPositive()) {
            try {
                Thread.sleep(delay);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
        Answer instead = wrong.poll();
        Answer answer = instead == null ? api.answer(request) : instead;
        if (!unanswered.isEmpty() && request.path().endsWith(unanswered)) {
            LockSupport.park(unanswered); // a virtual thread, of which nothing is left
        }
        return answer;
    }

    public String url() {
        return "https://127.0.0.1:" + listener.port();
    }

    public int port() {
        return listener.port();
    }

    /** SHA-256 of the certificate, as Proxmox writes it: {@code AB:CD:…}. */
    public String fingerprint() {
        return certificate.fingerprint();
    }

    public String certificatePem() {
        return certificate.pem();
    }

    /** Such as 8.4.5. */
    public String version() {
        return facts.version();
    }

    /** {@code root@pam!fake=SECRET}: it may do what root may, but not what only root may. */
    public String token() {
        return token;
    }

    /** The header of that token: {@code PVEAPIToken=root@pam!fake=SECRET}. */
    public String authorization() {
        return authorization(token);
    }

    public static String authorization(String token) {
        return "PVEAPIToken=" + token;
    }

    private <T> T locked(Supplier<T> what) {
        synchronized (cluster) {
            cluster.settle();
            return what.get();
        }
    }

    private FakeProxmox change(Runnable what) {
        locked(() -> {
            what.run();
            return true;
        });
        return this;
    }

    /** Adds a node, where the guests that follow are made. */
    public FakeProxmox node(String name) {
        return change(() -> {
            cluster.nodes().computeIfAbsent(name, _ -> new Node(name, cluster.nodes().size() + 1));
            lastNode = name;
            cluster.storagesOf(name)
                    .putIfAbsent(
                            "local",
                            new Storage(
                                    "local",
                                    "dir",
                                    new TreeSet<>(Set.of("backup", "iso", "vztmpl", "import")),
                                    false,
                                    100 * Node.GIB));
            cluster.storagesOf(name)
                    .putIfAbsent(
                            "local-lvm",
                            new Storage(
                                    "local-lvm",
                                    "lvmthin",
                                    new TreeSet<>(Set.of("images", "rootdir")),
                                    false,
                                    500 * Node.GIB));
        });
    }

    /** How large that node is. */
    public FakeProxmox size(String node, int cpus, long memoryBytes) {
        return change(() -> known(node).setSize(cpus, memoryBytes));
    }

    /** A storage that all nodes so far share. */
    public FakeProxmox sharedStorage(String id, long totalBytes, String... contents) {
        return change(() -> {
            Storage storage =
                    new Storage(id, "nfs", new TreeSet<>(Set.of(contents)), true, totalBytes);
            cluster.nodes().keySet().forEach(node -> cluster.storagesOf(node).put(id, storage));
        });
    }

    public FakeProxmox pool(String id) {
        return change(() -> cluster.pools().put(id, ""));
    }

    private String nodeForGuests() {
        if (lastNode.isEmpty()) {
            node("pve1");
        }
        return lastNode;
    }

    private Storage local(String node, String id) {
        return Objects.requireNonNull(cluster.storagesOf(node).get(id));
    }

    private Node known(String node) {
        Node known = cluster.nodes().get(node);
        if (known == null) {
            throw new IllegalArgumentException("there is no node " + node);
        }
        return known;
    }

    private Guest guest(int vmid) {
        Guest guest = cluster.guests().get(vmid);
        if (guest == null) {
            throw new IllegalArgumentException("there is no guest " + vmid);
        }
        return guest;
    }

    /** A VM with two cores, 2 GiB and a disk of 32 GiB, stopped. */
    public FakeProxmox vm(int vmid, String name) {
        return change(() -> {
            Guest guest = new Guest(vmid, Guest.Kind.VM, nodeForGuests());
            guest.config()
                    .putAll(
                            Map.of(
                                    "name", name,
                                    "cores", "2",
                                    "memory", "2048",
                                    "ostype", "l26",
                                    "boot", "order=scsi0",
                                    "scsihw", "virtio-scsi-single",
                                    "net0",
                                            "virtio=BC:24:11:%02X:%02X:%02X,bridge=vmbr0"
                                                    .formatted(
                                                            vmid >> 16 & 0xff,
                                                            vmid >> 8 & 0xff,
                                                            vmid & 0xff)));
            disk(guest, "scsi0", 32 * Node.GIB);
            cluster.guests().put(vmid, guest);
        });
    }

    /** A container with one core, 512 MiB and 8 GiB, stopped. */
    public FakeProxmox ct(int vmid, String hostname) {
        return change(() -> {
            Guest guest = new Guest(vmid, Guest.Kind.CT, nodeForGuests());
            guest.config()
                    .putAll(
                            Map.of(
                                    "hostname", hostname,
                                    "cores", "1",
                                    "memory", "512",
                                    "swap", "512",
                                    "ostype", "debian",
                                    "arch", "amd64",
                                    "unprivileged", "1",
                                    "net0", "name=eth0,bridge=vmbr0,ip=dhcp,type=veth"));
            disk(guest, "rootfs", 8 * Node.GIB);
            cluster.guests().put(vmid, guest);
        });
    }

    private void disk(Guest guest, String key, long bytes) {
        String volume = "local-lvm:vm-%d-disk-0".formatted(guest.vmid());
        guest.config().put(key, "%s,size=%s".formatted(volume, Sizes.text(bytes)));
        local(guest.node(), "local-lvm")
                .put(
                        new Storage.Volume(
                                volume,
                                guest.kind() == Guest.Kind.VM ? "images" : "rootdir",
                                "raw",
                                bytes,
                                guest.vmid(),
                                Cluster.now(),
                                "",
                                Map.of()));
    }

    /** A template in {@code local}: {@code local:vztmpl/NAME}, or {@code local:iso/NAME}. */
    public FakeProxmox file(String content, String name) {
        return change(() ->
                local(nodeForGuests(), "local")
                        .put(
                                new Storage.Volume(
                                        "local:%s/%s".formatted(content, name),
                                        content,
                                        content.equals("iso") ? "iso" : "tzst",
                                        128L << 20,
                                        0,
                                        Cluster.now(),
                                        "",
                                        Map.of())));
    }

    /** The guest runs. */
    public FakeProxmox running(int... vmids) {
        return change(() -> {
            for (int vmid : vmids) {
                guest(vmid).become(Guest.State.RUNNING, Cluster.now());
            }
        });
    }

    public FakeProxmox stopped(int vmid) {
        return change(() -> guest(vmid).become(Guest.State.STOPPED, Cluster.now()));
    }

    /** Changes its configuration behind everybody's back, such as root with {@code qm set}. */
    public FakeProxmox set(int vmid, String key, String value) {
        return change(() -> guest(vmid).config().put(key, value));
    }

    public FakeProxmox unset(int vmid, String key) {
        return change(() -> guest(vmid).config().remove(key));
    }

    /** Such as {@code backup}. */
    public FakeProxmox lock(int vmid, String lock) {
        return set(vmid, "lock", lock);
    }

    public FakeProxmox unlock(int vmid) {
        return unset(vmid, "lock");
    }

    /** Puts the guest into the pool, which is made if it is not there. */
    public FakeProxmox inPool(int vmid, String pool) {
        return change(() -> {
            cluster.pools().putIfAbsent(pool, "");
            guest(vmid).setPool(pool);
        });
    }

    /** The guest does not answer when it is told to shut down, nor does the agent in it. */
    public FakeProxmox deaf(int vmid) {
        return change(() -> cluster.setDeaf(vmid));
    }

    /** The guest is gone, as if somebody had destroyed it elsewhere. */
    public FakeProxmox remove(int vmid) {
        return change(() -> cluster.guests().remove(vmid));
    }

    public FakeProxmox move(int vmid, String node) {
        return change(() -> guest(vmid).moveTo(known(node).name()));
    }

    /** The configuration of a guest now; null if there is no such guest. */
    public @Nullable Map<String, String> config(int vmid) {
        return locked(() -> {
            Guest guest = cluster.guests().get(vmid);
            return guest == null ? null : Map.copyOf(guest.config());
        });
    }

    /** {@code running}, {@code paused} or {@code stopped}; {@code gone} if there is none. */
    public String state(int vmid) {
        return locked(() -> {
            Guest guest = cluster.guests().get(vmid);
            return guest == null ? "gone" : guest.state().name().toLowerCase(java.util.Locale.ROOT);
        });
    }

    /** The node that a guest is on. */
    public String nodeOf(int vmid) {
        return locked(() -> guest(vmid).node());
    }

    public List<Integer> guests() {
        return locked(() -> List.copyOf(cluster.guests().keySet()));
    }

    /** A user that can log in with a password, and that may nothing yet. */
    public FakeProxmox user(String user, String password) {
        return change(() -> cluster.accounts().addUser(user, password));
    }

    /** Root's password is {@code proxmox}. */
    public FakeProxmox role(String role, String... privileges) {
        return change(() -> cluster.accounts().roles().define(role, List.of(privileges)));
    }

    /** Gives a user, or a token as {@code USER@REALM!ID}, a role there and below. */
    public FakeProxmox allow(String path, String who, String role) {
        return change(() -> cluster.accounts().allow(path, who, role, true));
    }

    /** A token without separate privileges; answers {@code USER@REALM!ID=SECRET}. */
    public String token(String id) {
        return locked(() -> cluster.accounts().addToken(id, false, ""));
    }

    /**
     * A token of a new user that has these privileges everywhere, such as {@code VM.Audit}; answers
     * {@code USER@REALM!ID=SECRET}.
     */
    public String tokenWith(String id, String... privileges) {
        return locked(() -> {
            String role = "Of-" + id.replaceAll("[^a-zA-Z0-9]", "-");
            cluster.accounts().roles().define(role, List.of(privileges));
            cluster.accounts().allow("/", Accounts.userOf(id), role, true);
            return cluster.accounts().addToken(id, false, "");
        });
    }

    public FakeProxmox revoke(String id) {
        return change(() -> cluster.accounts().tokens().remove(id));
    }

    /** Each ticket so far is no longer valid. */
    public FakeProxmox forgetTickets() {
        return change(() -> cluster.accounts().forgetTickets());
    }

    /** How long a task takes, 20 ms if nothing is said. */
    public FakeProxmox taskTime(Duration time) {
        return change(() -> cluster.setTaskTime(time));
    }

    /** From now on no task ends, until {@link #finishTasks()}. */
    public FakeProxmox holdTasks() {
        return change(() -> cluster.holdTasks(true));
    }

    /** Ends each task that runs, and holds none from now on. */
    public FakeProxmox finishTasks() {
        return change(() -> {
            cluster.holdTasks(false);
            cluster.finishAll();
        });
    }

    /**
     * The next task of a type, such as {@code qmstart}, fails; or ends with warnings, if the
     * sentence begins with {@code WARNINGS}.
     */
    public FakeProxmox failNext(String type, String why) {
        return change(() -> cluster.failNext(type, why));
    }

    /** How many tasks run. */
    public int runningTasks() {
        return locked(
                () -> (int) cluster.tasks().stream().filter(task -> task.exit() == null).count());
    }

    /** Without a quorum nothing can be changed. */
    public FakeProxmox quorum(boolean there) {
        return change(() -> cluster.setQuorate(there));
    }

    /** A node that is away: its guests are in an unknown state, and what asks it has status 595. */
    public FakeProxmox away(String node) {
        return change(() -> known(node).setOnline(false));
    }

    public FakeProxmox back(String node) {
        return change(() -> known(node).setOnline(true));
    }

    /** Each answer takes that long from now on. */
    public FakeProxmox slow(Duration by) {
        delay = by;
        return this;
    }

    /** Does what requests want whose path ends so, and does not answer them; "" ends that. */
    public FakeProxmox silentTo(String end) {
        unanswered = end;
        return this;
    }

    /** The next request is answered like that, without a body, whatever it asks. */
    public FakeProxmox answerNext(int status, String reason) {
        wrong.add(Answer.bare(status, reason));
        return this;
    }

    /** Shows a certificate that nobody has seen before. */
    public FakeProxmox changeCertificate() {
        certificate = SelfSigned.of("pve1");
        listener.show(certificate);
        return this;
    }

    /** Ends every connection, as a restart of Proxmox's service does. */
    public FakeProxmox dropConnections() {
        listener.dropConnections();
        return this;
    }

    /** What was asked so far, the oldest first. */
    public List<Request> requests() {
        return requests;
    }

    public FakeProxmox forgetRequests() {
        requests.clear();
        return this;
    }

    Api api() {
        return api;
    }

    Facts facts() {
        return facts;
    }

    @Override
    public void close() {
        listener.close();
    }
}
