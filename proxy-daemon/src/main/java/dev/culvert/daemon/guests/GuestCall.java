package dev.culvert.daemon.guests;

import io.netty.handler.codec.http.HttpMethod;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A call of Proxmox's API that changes something.
 *
 * @param path below {@code /api2/json}
 * @param parameters with Proxmox's names, in order
 */
public record GuestCall(HttpMethod method, String path, Map<String, String> parameters) {
    public GuestCall {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    static GuestCall post(String path, Map<String, String> parameters) {
        return new GuestCall(HttpMethod.POST, path, parameters);
    }

    static GuestCall put(String path, Map<String, String> parameters) {
        return new GuestCall(HttpMethod.PUT, path, parameters);
    }

    static GuestCall delete(String path, Map<String, String> parameters) {
        return new GuestCall(HttpMethod.DELETE, path, parameters);
    }

    /** The same with one parameter set, or with another value of it. */
    GuestCall with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(parameters);
        more.put(name, value);
        return new GuestCall(method, path, more);
    }
}
