package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.proxmox.fake.FakeProxmox;
import dev.culvert.testing.Eventually;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A workspace, the daemon, and a Proxmox of its own description. */
@Timeout(120)
class WorkspaceOnProxmoxTest {
    @TempDir private Path folder;
    private final List<AutoCloseable> open = new ArrayList<>();
    private Path root = Path.of("");
    private User user = new User(Path.of(""));

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private FakeProxmox start(int version, int vms) throws Exception {
        FakeProxmox pve = FakeProxmox.start(version).node("pve1");
        open.add(pve);
        for (int i = 0; i < vms; i++) {
            pve.vm(101 + i, "vm-" + (101 + i));
        }
        TestDaemon daemon =
                TestDaemon.start(
                        "{\"admin\": {\"listen\": [\"unix://%s\"]}, %s}"
                                .formatted(
                                        folder.resolve("admin.sock"),
                                        ProxmoxSetting.of("lab", pve, folder)));
        open.add(daemon);
        user = new User(folder).with("HOME", folder.toString());
        String last = "lab/" + (100 + vms);
        Eventually.await(
                () -> assertThat(user.run("vm", "list", "-o", "name").out()).contains(last));
        root = folder.resolve("lab");
        CommandRun init = user.run("init", root.toString(), "--yes", "--node", "pve1", "--no-git");
        assertThat(init.code()).as(init.err()).isZero();
        return pve;
    }

    private CommandRun run(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--project", root.toString()));
        return user.run(all.toArray(String[]::new));
    }

    private CommandRun ok(String... words) {
        CommandRun run = run(words);
        assertThat(run.code()).as(String.join(" ", words) + ": " + run.out() + run.err()).isZero();
        return run;
    }

    @Test
    void adoptsVmsAsTheyAre() throws Exception {
        FakeProxmox pve = start(9, 10);

        assertThat(ok("sync").err()).contains("adopted 10 guests");

        assertThat(ok("diff").out()).isEqualTo("nothing to change\n");
        ok("validate");
        pve.set(101, "memory", "4096");
        CommandRun drift = run("diff");
        assertThat(drift.code()).isEqualTo(1);
        assertThat(drift.out()).contains("~ lab/101 vm-101 (vm) change", "4GiB → ");
    }
}
