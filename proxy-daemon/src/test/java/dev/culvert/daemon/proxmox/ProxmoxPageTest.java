package dev.culvert.daemon.proxmox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.ProxmoxSettings;
import dev.culvert.daemon.outgoing.OutgoingCalls;
import dev.culvert.daemon.outgoing.TrustedAuthorities;
import dev.culvert.daemon.proxmox.fake.FakeProxmox;
import dev.culvert.settings.SecretSource;
import dev.culvert.transport.EventLoops;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What proxy-daemon/docs/proxmox.md says of tokens and privileges, against a fake that knows those
 * of each version.
 */
@Timeout(30)
class ProxmoxPageTest {
    private static final Path PAGE = Path.of("docs/proxmox.md");
    private static final Pattern ROLE =
            Pattern.compile("pveum role add Culvert --privs \"([^\"]+)\"");
    private static final Pattern MORE =
            Pattern.compile(
                    "# version (\\d)\\npveum role modify Culvert --append 1 --privs \"([^\"]+)\"");

    /** All that the inventory reads. */
    private static final List<String> READ =
            List.of(
                    "/version",
                    "/cluster/resources",
                    "/cluster/status",
                    "/cluster/tasks",
                    "/nodes/pve1/qemu/101/config",
                    "/nodes/pve1/qemu/101/status/current",
                    "/nodes/pve1/qemu/101/snapshot",
                    "/nodes/pve1/lxc/200/config");

    @TempDir Path folder;

    private static String[] ofThePage() throws IOException {
        Matcher role = ROLE.matcher(Files.readString(PAGE));
        assertThat(role.find()).isTrue();
        return role.group(1).split(" ", -1);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9})
    void theTokenOfThePageReadsEverything(int major) throws Exception {
        try (FakeProxmox pve = FakeProxmox.start(major).node("pve1").vm(101, "a").ct(200, "b");
                EventLoops loops = EventLoops.start(1, "page")) {
            Proxmox proxmox = with(pve, loops, pve.tokenWith("culvert@pve!daemon", ofThePage()));

            for (String path : READ) {
                assertThat(proxmox.get(path).data()).as(path).isNotNull();
            }
            assertThat(proxmox.get("/cluster/resources").rows())
                    .extracting(it -> it.text("type"))
                    .contains("node", "qemu", "lxc", "storage");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9})
    void thePrivilegesForChangesAreThoseOfTheVersion(int major) throws Exception {
        Matcher more = MORE.matcher(Files.readString(PAGE));
        boolean isFound = false;
        while (more.find()) {
            if (more.group(1).equals(Integer.toString(major))) {
                isFound = true;
                try (FakeProxmox pve = FakeProxmox.start(major)) {
                    assertThat(pve.tokenWith("a@pve!b", more.group(2).split(" ", -1)))
                            .startsWith("a@pve!b=");
                }
            }
        }
        assertThat(isFound).isTrue();
    }

    private Proxmox with(FakeProxmox pve, EventLoops loops, String token) throws IOException {
        int at = token.indexOf('=');
        Path secret = Files.writeString(folder.resolve("secret"), token.substring(at + 1));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        return new Proxmox(
                new ProxmoxSettings(
                        "lab",
                        URI.create(pve.url()),
                        token.substring(0, at),
                        new SecretSource.FromFile(secret),
                        Set.of(pve.fingerprint()),
                        Optional.empty(),
                        Duration.ofSeconds(10),
                        1024 * 1024),
                new Proxmox.Net(
                        new OutgoingCalls(loops.transport()),
                        new TrustedAuthorities(),
                        loops::next));
    }
}
