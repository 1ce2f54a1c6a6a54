package dev.culvert.daemon.api.inventory;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.inventory.Thing;
import dev.culvert.daemon.inventory.View;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The CIDs of the vsock devices of guests, and which guests have the same one. */
/* Of one cluster only: there a clone has the CID of the machine that it was made from, and the two cannot run on one
 * node. What another cluster has disturbs nobody. */
final class Cids {
    private record Device(long cid, List<Thing> guests) {}

    /** By {@code SERVER/VMID}. */
    private final Map<String, Device> devices = new HashMap<>();

    static Cids of(List<View> views) {
        Cids cids = new Cids();
        for (View view : views) {
            view.guestsByCid()
                    .forEach((cid, guests) ->
                            guests.forEach(guest ->
                                    cids.devices.put(
                                            id(view.status().name(), guest),
                                            new Device(cid, guests))));
        }
        return cids;
    }

    private static String id(String server, Thing guest) {
        return server + "/" + guest.id();
    }

    /** Nothing if the guest has no such device. */
    void write(JsonGenerator json, String server, Thing guest) throws IOException {
        Device device = devices.get(id(server, guest));
        if (device == null) {
            return;
        }
        json.writeNumberField("cid", device.cid());
        if (device.guests().size() > 1) {
            json.writeArrayFieldStart("cid_also_of");
            for (Thing other : device.guests()) {
                if (!other.id().equals(guest.id())) {
                    json.writeString(id(server, other));
                }
            }
            json.writeEndArray();
        }
    }
}
