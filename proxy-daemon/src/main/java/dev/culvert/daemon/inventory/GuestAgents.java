package dev.culvert.daemon.inventory;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which agent of the fleet runs in which guest: the one that is reached by the CID of the guest's
 * vsock device.
 */
/* A CID means something on one machine only. Where several guests have the same, the one on the node that has the name
 * of this machine counts; without such a node, none. */
public final class GuestAgents {
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    private final String host;

    public GuestAgents() {
        this(hostName());
    }

    /**
     * @param host the name that a node of Proxmox has on this machine
     */
    GuestAgents(String host) {
        this.host = host;
    }

    private static String hostName() {
        try {
            String name = Files.readString(HOST_NAME).strip();
            int dot = name.indexOf('.');
            return dot < 0 ? name : name.substring(0, dot);
        } catch (IOException _) {
            return "";
        }
    }

    private record Place(String guest, String node) {}

    /** The agents in the guests of all servers, by {@code SERVER/VMID}. */
    public Map<String, Agent> in(List<View> views, Visible fleet) {
        Map<Long, List<Place>> places = new HashMap<>();
        for (View view : views) {
            view.guestsByCid()
                    .forEach((cid, guests) -> {
                        for (Thing guest : guests) {
                            places.computeIfAbsent(cid, _ -> new ArrayList<>())
                                    .add(
                                            new Place(
                                                    view.status().name() + "/" + guest.id(),
                                                    guest.fields().textOr("node", "")));
                        }
                    });
        }
        Map<String, Agent> agents = new HashMap<>();
        if (places.isEmpty()) {
            return agents;
        }
        fleet.after("")
                .forEach(agent -> {
                    String guest = guestOf(agent, places);
                    if (guest != null) {
                        agents.put(guest, agent);
                    }
                });
        return agents;
    }

    private @Nullable String guestOf(Agent agent, Map<Long, List<Place>> places) {
        return agent.settings().address() instanceof AgentAddress.Vsock vsock
                ? one(places.getOrDefault(Integer.toUnsignedLong(vsock.cid()), List.of()))
                : null;
    }

    private @Nullable String one(List<Place> places) {
        List<Place> here = places.stream().filter(it -> it.node().equals(host)).toList();
        List<Place> meant = places.size() == 1 ? places : here;
        return meant.size() == 1 ? meant.getFirst().guest() : null;
    }
}
