package dev.culvert.daemon.api.inventory;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.api.inventory.Wanted.Item;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.inventory.GuestLook;
import dev.culvert.daemon.inventory.InventoryStore.PlacedChange;
import dev.culvert.daemon.inventory.Kind;
import dev.culvert.daemon.inventory.ServerStatus;
import dev.culvert.daemon.inventory.Thing;
import dev.culvert.daemon.inventory.View;
import dev.culvert.daemon.proxmox.Fields;
import dev.culvert.daemon.proxmox.ProxmoxException;
import dev.culvert.io.Quoted;
import dev.culvert.settings.Node;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The inventory in JSON. Sizes are in bytes, times in seconds. */
final class InventoryJson {
    private static final int MOST_OF_A_VALUE = 8_192;

    /** How long a node took to answer, and how its clock is. */
    private static final List<String> NODE_TIMES = List.of("took_ms", "clock_ahead_seconds");

    private InventoryJson() {}

    static void server(JsonGenerator json, View view) throws IOException {
        ServerStatus status = view.status();
        json.writeStartObject();
        json.writeStringField("name", status.name());
        json.writeStringField("url", status.url());
        json.writeStringField("state", status.state().label());
        text(json, "version", status.version());
        text(json, "error", Quoted.sentence(status.error()));
        text(json, "notes", Quoted.page(status.notes()));
        Instant polled = status.polled();
        if (polled != null) {
            time(json, "polled", polled);
            json.writeNumberField("took_ms", status.took().toMillis());
        }
        json.writeNumberField("nodes", view.all(Kind.NODE).size());
        json.writeNumberField("guests", view.all(Kind.GUEST).size());
        Boolean quorate = status.quorate();
        if (quorate != null) {
            json.writeBooleanField("quorate", quorate);
        }
        json.writeEndObject();
    }

    static void node(JsonGenerator json, Item item) throws IOException {
        Fields fields = item.thing().fields();
        json.writeStartObject();
        json.writeStringField("server", item.server());
        json.writeStringField("name", Quoted.word(item.thing().id()));
        json.writeStringField("state", Quoted.word(item.thing().state()));
        load(json, fields);
        json.writeNumberField("disk", fields.number("maxdisk", 0));
        json.writeNumberField("disk_used", fields.number("disk", 0));
        json.writeNumberField("uptime", fields.number("uptime", 0));
        for (String time : NODE_TIMES) {
            if (fields.has(time)) {
                json.writeNumberField(time, fields.number(time, 0));
            }
        }
        time(json, "seen", item.thing().seen());
        json.writeEndObject();
    }

    static void storage(JsonGenerator json, Item item) throws IOException {
        Fields fields = item.thing().fields();
        json.writeStartObject();
        json.writeStringField("server", item.server());
        json.writeStringField("node", Quoted.word(fields.textOr("node", "")));
        json.writeStringField("name", Quoted.word(fields.textOr("storage", "")));
        text(json, "type", Quoted.word(fields.textOr("plugintype", "")));
        json.writeArrayFieldStart("content");
        for (String content : fields.textOr("content", "").split(",", -1)) {
            if (!content.isEmpty()) {
                json.writeString(Quoted.word(content));
            }
        }
        json.writeEndArray();
        json.writeBooleanField("shared", fields.is("shared"));
        json.writeNumberField("size", fields.number("maxdisk", 0));
        json.writeNumberField("used", fields.number("disk", 0));
        json.writeStringField("state", Quoted.word(item.thing().state()));
        time(json, "seen", item.thing().seen());
        json.writeEndObject();
    }

    static void task(JsonGenerator json, Item item) throws IOException {
        Fields fields = item.thing().fields();
        String state = item.thing().state();
        json.writeStartObject();
        json.writeStringField("server", item.server());
        json.writeStringField("upid", Quoted.sentence(item.thing().id()));
        json.writeStringField("node", Quoted.word(fields.textOr("node", "")));
        json.writeStringField("type", Quoted.word(fields.textOr("type", "")));
        text(json, "id", Quoted.word(fields.textOr("id", "")));
        json.writeStringField("user", Quoted.word(fields.textOr("user", "")));
        json.writeStringField("state", state);
        if (!state.equals("running")) {
            text(json, "exit", Quoted.sentence(fields.textOr("status", "")));
        }
        seconds(json, "begun", fields.number("starttime", 0));
        seconds(json, "ended", fields.number("endtime", 0));
        json.writeEndObject();
    }

    static void guest(JsonGenerator json, Item item, @Nullable Agent agent, Cids cids)
            throws IOException {
        json.writeStartObject();
        guestMembers(json, item.server(), item.thing(), agent);
        cids.write(json, item.server(), item.thing());
        json.writeEndObject();
    }

    private static void guestMembers(
            JsonGenerator json, String server, Thing guest, @Nullable Agent agent)
            throws IOException {
        Fields fields = guest.fields();
        json.writeStringField("id", server + "/" + guest.id());
        json.writeStringField("server", server);
        json.writeNumberField("vmid", fields.number("vmid", 0));
        json.writeStringField("kind", guest.isContainer() ? "ct" : "vm");
        json.writeStringField("name", Quoted.word(fields.textOr("name", "")));
        json.writeStringField("node", Quoted.word(fields.textOr("node", "")));
        json.writeStringField("state", guest.state());
        json.writeBooleanField("template", fields.is("template"));
        json.writeArrayFieldStart("tags");
        for (String tag : Wanted.tags(guest).toList()) {
            json.writeString(Quoted.word(tag));
        }
        json.writeEndArray();
        text(json, "pool", Quoted.word(fields.textOr("pool", "")));
        load(json, fields);
        json.writeNumberField("disk", fields.number("maxdisk", 0));
        json.writeNumberField("disk_used", fields.number("disk", 0));
        json.writeNumberField("uptime", fields.number("uptime", 0));
        text(json, "lock", Quoted.word(fields.textOr("lock", "")));
        if (agent != null) {
            json.writeStringField("agent", agent.id());
            json.writeStringField(
                    "agent_state", agent.presence().state().name().toLowerCase(Locale.ROOT));
        }
        time(json, "seen", guest.seen());
        time(json, "changed", guest.changed());
    }

    /** The same, with what only a look at this guest shows. */
    static void look(
            JsonGenerator json, String server, GuestLook look, @Nullable Agent agent, Cids cids)
            throws IOException {
        guestMembers(json, server, look.guest(), agent);
        cids.write(json, server, look.guest());
        json.writeBooleanField("live", look.isOfNow());
        ProxmoxException trouble = look.trouble();
        if (trouble != null) {
            json.writeStringField(
                    "error", Quoted.page(trouble.sentence() + ": " + trouble.advice()));
        }
        json.writeObjectFieldStart("config");
        for (String name : look.config().nodes().keySet()) {
            value(json, name, look.config());
        }
        json.writeEndObject();
        List<Fields> snapshots = look.snapshots();
        if (snapshots != null) {
            json.writeArrayFieldStart("snapshots");
            for (Fields snapshot : snapshots) {
                snapshot(json, snapshot);
            }
            json.writeEndArray();
        }
    }

    private static void value(JsonGenerator json, String name, Fields config) throws IOException {
        String text = config.text(name);
        if (text == null) {
            return;
        }
        boolean isNumber =
                config.nodes().get(name) instanceof Node.Scalar scalar
                        && scalar.form() == Node.Form.NUMBER;
        if (isNumber && text.matches("-?\\d{1,18}")) {
            json.writeNumberField(Quoted.word(name), Long.parseLong(text));
        } else {
            json.writeStringField(Quoted.word(name), cut(text));
        }
    }

    /** Line breaks stay: a description has some. */
    private static String cut(String text) {
        return Quoted.lines(
                text.length() <= MOST_OF_A_VALUE ? text : text.substring(0, MOST_OF_A_VALUE));
    }

    private static void snapshot(JsonGenerator json, Fields snapshot) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", Quoted.word(snapshot.textOr("name", "")));
        text(json, "description", Quoted.sentence(snapshot.textOr("description", "").strip()));
        text(json, "parent", Quoted.word(snapshot.textOr("parent", "")));
        json.writeBooleanField("memory", snapshot.is("vmstate"));
        seconds(json, "time", snapshot.number("snaptime", 0));
        json.writeEndObject();
    }

    static void change(JsonGenerator json, String server, PlacedChange placed) throws IOException {
        json.writeStartObject();
        json.writeNumberField("place", placed.place());
        time(json, "time", placed.change().at());
        json.writeStringField("server", server);
        json.writeStringField("subject", Quoted.word(placed.change().subject()));
        json.writeStringField("what", placed.change().what());
        json.writeStringField("from", placed.change().from());
        json.writeStringField("to", placed.change().to());
        json.writeEndObject();
    }

    private static void load(JsonGenerator json, Fields fields) throws IOException {
        json.writeNumberField("cpus", fields.number("maxcpu", 0));
        json.writeNumberField("cpu", fields.fraction("cpu", 0));
        json.writeNumberField("memory", fields.number("maxmem", 0));
        json.writeNumberField("memory_used", fields.number("mem", 0));
    }

    private static void text(JsonGenerator json, String name, String text) throws IOException {
        if (!text.isEmpty()) {
            json.writeStringField(name, text);
        }
    }

    private static void time(JsonGenerator json, String name, Instant at) throws IOException {
        json.writeStringField(name, at.truncatedTo(ChronoUnit.MILLIS).toString());
    }

    private static void seconds(JsonGenerator json, String name, long epoch) throws IOException {
        if (epoch > 0 && epoch <= Instant.MAX.getEpochSecond()) {
            time(json, name, Instant.ofEpochSecond(epoch));
        }
    }
}
