package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.proxmox.fake.FakeProxmox;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The settings of a daemon that follows a fake of Proxmox. */
final class ProxmoxSetting {
    private static final String SERVERS = "/api/v1/inventory/servers";

    private ProxmoxSetting() {}

    /** One server, with its polls as quick as they can be. */
    static String of(String name, FakeProxmox pve, Path folder) throws IOException {
        return of(name, pve, folder, "1s");
    }

    /** One server, which is polled at its start and then in this rhythm. */
    static String of(String name, FakeProxmox pve, Path folder, String every) throws IOException {
        return "\"proxmox\": [%s], \"inventory\": {\"poll_interval\": \"%s\"}"
                .formatted(server(name, pve, pve.token(), folder), every);
    }

    /**
     * One of the list.
     *
     * @param token {@code USER@REALM!NAME=SECRET}
     */
    static String server(String name, FakeProxmox pve, String token, Path folder)
            throws IOException {
        int at = token.indexOf('=');
        Path secret = Files.writeString(folder.resolve(name + ".secret"), token.substring(at + 1));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        return "{\"name\": \"%s\", \"url\": \"%s\", \"token_id\": \"%s\", \"token_secret\": {\"file\": \"%s\"}, \"fingerprints\": [\"%s\"]}"
                .formatted(name, pve.url(), token.substring(0, at), secret, pve.fingerprint());
    }

    static void awaitPoll(TestDaemon daemon) {
        Eventually.await(() -> {
            try {
                assertThat(daemon.get(SERVERS).body()).contains("\"state\":\"ok\"");
            } catch (IOException e) {
                throw new AssertionError(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        });
    }
}
