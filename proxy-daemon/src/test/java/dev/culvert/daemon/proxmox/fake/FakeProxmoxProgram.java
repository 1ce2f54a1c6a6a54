package dev.culvert.daemon.proxmox.fake;

import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;

/**
 * The fake as a program, for demonstrations and for clients that others wrote: three nodes with
 * some guests. Prints where it listens, the fingerprint of its certificate and a token of root,
 * then answers until its standard input ends.
 *
 * <pre>
 *   FakeProxmoxProgram [--version 8|9] [--port N] [--task-ms N] [--guests N]
 * </pre>
 */
public final class FakeProxmoxProgram {
    private static final int FEW = 100;
    private static final int TEMPLATE = 900;

    /** More than this, and the nodes have no room for others. */
    private static final int FULL = 30;

    private FakeProxmoxProgram() {}

    public static void main(String[] arguments) throws IOException {
        int version = 9;
        int port = 0;
        int taskMillis = 1_000;
        int guests = 9;
        Iterator<String> rest = List.of(arguments).iterator();
        while (rest.hasNext()) {
            String name = rest.next();
            int value = Integer.parseInt(rest.next());
            switch (name) {
                case "--version" -> version = value;
                case "--port" -> port = value;
                case "--task-ms" -> taskMillis = value;
                case "--guests" -> guests = value;
                default -> throw new IllegalArgumentException("there is no option " + name);
            }
        }
        try (FakeProxmox pve = FakeProxmox.start(version, port)) {
            pve.taskTime(Duration.ofMillis(taskMillis));
            fill(pve, guests);
            System.out.println("listening on " + pve.url());
            System.out.println("fingerprint " + pve.fingerprint());
            System.out.println("token " + pve.token());
            System.out.flush();
            while (System.in.read() >= 0) {
                // until the end
            }
        }
    }

    private static void fill(FakeProxmox pve, int guests) {
        List<String> roles = List.of("web", "db", "app");
        int first = guests <= FEW ? 100 : 100_000; // containers have numbers of their own
        for (int node = 0; node < 3; node++) {
            pve.node("pve" + (node + 1))
                    .file("vztmpl", "debian-13-standard_13.1-1_amd64.tar.zst")
                    .file("iso", "debian-13.1.0-amd64-netinst.iso");
            for (int i = node; i < guests; i += 3) {
                String name = "%s-%02d".formatted(roles.get(node), i / 3 + 1);
                if (i % 4 == 3) {
                    pve.ct(first + Math.max(FEW, guests) + i, name);
                } else {
                    pve.vm(first + i, name).set(first + i, "tags", roles.get(node));
                }
            }
        }
        pve.sharedStorage("nfs", 2L << 40, "backup", "images", "rootdir", "iso", "vztmpl");
        if (guests > FULL) {
            pve.node("pve4"); // with room for clones
        }
        pve.vm(TEMPLATE, "debian-13").set(TEMPLATE, "template", "1");
        for (int id : pve.guests()) {
            if (id % 2 == 0 && id != TEMPLATE) {
                pve.running(id);
            }
        }
    }
}
