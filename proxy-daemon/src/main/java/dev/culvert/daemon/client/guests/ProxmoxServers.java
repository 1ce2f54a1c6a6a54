package dev.culvert.daemon.client.guests;

import dev.culvert.daemon.client.NotFoundException;
import dev.culvert.daemon.client.http.Api;
import java.io.IOException;
import java.util.List;

/** The servers of Proxmox that the daemon asks. */
public final class ProxmoxServers {
    /** Said where nothing is found because nobody is asked. */
    public static final String NONE =
            "the daemon knows no server of Proxmox: add one to \"proxmox\" in its settings, and run"
                    + " culvert reload";

    private ProxmoxServers() {}

    /** Their names. */
    public static List<String> names(Api api) throws IOException {
        return api.get("/api/v1/inventory/servers").at("servers").list().stream()
                .map(it -> it.text("name"))
                .toList();
    }

    /**
     * Before it is said that there is no such guest.
     *
     * @throws NotFoundException if there is no server, either
     */
    public static void check(Api api) throws IOException {
        if (names(api).isEmpty()) {
            throw new NotFoundException(NONE);
        }
    }
}
