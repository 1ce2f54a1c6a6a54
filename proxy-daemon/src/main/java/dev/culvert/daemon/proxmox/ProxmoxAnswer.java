package dev.culvert.daemon.proxmox;

import dev.culvert.settings.Node;
import java.util.List;

/**
 * What Proxmox answered.
 *
 * @param data the value of {@code data}, JSON's null included
 */
public record ProxmoxAnswer(Node data) {
    /** As an object; an empty one if it is none. */
    public Fields fields() {
        return Fields.of(data);
    }

    /** As a list of objects; other elements are left out. */
    public List<Fields> rows() {
        return Fields.rows(data);
    }

    /** As a text, such as a UPID; empty if it is none. */
    public String text() {
        return data instanceof Node.Scalar scalar && scalar.form() != Node.Form.NULL
                ? scalar.text()
                : "";
    }
}
