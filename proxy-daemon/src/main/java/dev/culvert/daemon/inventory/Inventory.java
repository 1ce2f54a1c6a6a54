package dev.culvert.daemon.inventory;

import dev.culvert.daemon.config.InventorySettings;
import dev.culvert.daemon.config.ProxmoxSettings;
import dev.culvert.daemon.proxmox.Proxmox;
import dev.culvert.daemon.proxmox.ProxmoxException;
import dev.culvert.io.Workers;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Follows all servers of the settings. For all threads. */
public final class Inventory implements AutoCloseable {
    private final ServerPoll.Surroundings around;
    private final InventoryStore store;
    private final Proxmox.Net net;

    /** By name, in the order of the settings. */
    private volatile Map<String, ServerPoll> polls = Map.of();

    /**
     * @param workers with a thread for each server
     * @param timer decides when servers are polled
     */
    public Inventory(
            InventoryStore store,
            Workers workers,
            EventLoop timer,
            Proxmox.Net net,
            Supplier<InventorySettings> settings,
            InventoryObserver observer) {
        this.store = store;
        this.net = net;
        around =
                new ServerPoll.Surroundings(
                        store,
                        workers,
                        timer,
                        settings,
                        observer,
                        new SecureRandom(),
                        InstantSource.system());
    }

    /** Shows what was known before, and begins to poll. Blocks. */
    public void restore(List<ProxmoxSettings> settings) throws IOException {
        Map<String, InventoryStore.ServerRow> rows = new LinkedHashMap<>();
        for (InventoryStore.ServerRow row : store.servers()) {
            if (settings.stream().anyMatch(it -> it.name().equals(row.name()))) {
                rows.put(row.name(), row);
            } else {
                store.forget(row.name());
            }
        }
        Map<String, ServerPoll> next = new LinkedHashMap<>();
        for (ProxmoxSettings each : settings) {
            InventoryStore.ServerRow row = rows.get(each.name());
            next.put(
                    each.name(),
                    new ServerPoll(
                            around,
                            new Proxmox(each, net),
                            row == null ? List.of() : store.things(each.name()),
                            row == null ? null : row.polled(),
                            row == null ? "" : row.version()));
        }
        polls = next;
        next.values().forEach(ServerPoll::begin);
    }

    /** Takes other settings. */
    public synchronized void use(List<ProxmoxSettings> settings) {
        Map<String, ServerPoll> before = polls;
        Map<String, ServerPoll> next = new LinkedHashMap<>();
        for (ProxmoxSettings each : settings) {
            ServerPoll poll = before.get(each.name());
            if (poll == null) {
                poll = new ServerPoll(around, new Proxmox(each, net), List.of(), null, "");
                poll.begin();
            } else if (!poll.proxmox().settings().equals(each)) {
                poll.use(new Proxmox(each, net));
            }
            next.put(each.name(), poll);
        }
        polls = next;
        before.forEach((name, poll) -> {
            if (!next.containsKey(name)) {
                poll.remove();
            }
        });
    }

    /** The servers, in the order of the settings. */
    public List<Proxmox> servers() {
        return polls.values().stream().map(ServerPoll::proxmox).toList();
    }

    /** The server of that name; null if there is none. */
    public @Nullable Proxmox server(String name) {
        ServerPoll poll = polls.get(name);
        return poll == null ? null : poll.proxmox();
    }

    /** What each server has, in the order of the settings. */
    public List<View> views() {
        return polls.values().stream().map(ServerPoll::view).toList();
    }

    /** What the server of that name has. */
    public Optional<View> view(String server) {
        return Optional.ofNullable(polls.get(server)).map(ServerPoll::view);
    }

    /**
     * A guest, as its server says now; null if there is none, or no such server. Blocks.
     *
     * @throws ProxmoxException when the server does not say it, and has never before
     */
    public @Nullable GuestLook look(String server, String vmid) throws ProxmoxException {
        ServerPoll poll = polls.get(server);
        return poll == null ? null : GuestLook.at(poll.proxmox(), poll.view(), vmid);
    }

    /** Has a server polled soon, because something has changed there. */
    public void soon(String server) {
        ServerPoll poll = polls.get(server);
        if (poll != null) {
            poll.soon();
        }
    }

    /** The latest changes; see {@link InventoryStore#changes}. Blocks. */
    public List<InventoryStore.PlacedChange> changes(
            String server, @Nullable String subject, long after, int most) throws IOException {
        return store.changes(server, subject, after, most);
    }

    /** Begins no more polls. */
    @Override
    public void close() {
        polls.values().forEach(ServerPoll::close);
    }
}
