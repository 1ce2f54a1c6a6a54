package dev.culvert.pool;

import dev.culvert.transport.AgentAddress;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The slots of one lane, by address. Confined to the event loop. */
final class Slots {
    private final LongObjectMap<Slot> vsock = new LongObjectHashMap<>();
    private final Map<AgentAddress, Slot> others = new HashMap<>();

    @Nullable Slot find(AgentAddress address) {
        return address instanceof AgentAddress.Vsock it ? vsock.get(key(it)) : others.get(address);
    }

    void add(Slot slot) {
        if (slot.address() instanceof AgentAddress.Vsock it) {
            vsock.put(key(it), slot);
        } else {
            others.put(slot.address(), slot);
        }
    }

    void remove(Slot slot) {
        if (slot.address() instanceof AgentAddress.Vsock it) {
            vsock.remove(key(it));
        } else {
            others.remove(slot.address());
        }
    }

    void addAllTo(Collection<Slot> all) {
        all.addAll(vsock.values());
        all.addAll(others.values());
    }

    void clear() {
        vsock.clear();
        others.clear();
    }

    boolean isEmpty() {
        return vsock.isEmpty() && others.isEmpty();
    }

    private static long key(AgentAddress.Vsock address) {
        return (Integer.toUnsignedLong(address.cid()) << Integer.SIZE)
                | Integer.toUnsignedLong(address.port());
    }
}
