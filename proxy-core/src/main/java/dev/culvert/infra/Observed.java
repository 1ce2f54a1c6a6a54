package dev.culvert.infra;

import dev.culvert.value.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A guest as it is.
 *
 * @param config as Proxmox has it, in text
 * @param whole what the daemon answered
 */
public record Observed(
        GuestId id,
        GuestKind kind,
        String name,
        String node,
        String state,
        boolean isTemplate,
        Map<String, String> config,
        Value whole) {
    /** What plans look at; the rest of a configuration may change without making a plan old. */
    private static final Pattern FACTS =
            Pattern.compile(
                    "cores|sockets|memory|name|hostname|tags|onboot|args|lock"
                            + "|(scsi|virtio|sata|ide|mp|net|ipconfig)\\d{1,3}|rootfs");

    private static final Pattern DISK = Pattern.compile("(scsi|virtio|sata|ide|mp)\\d{1,3}|rootfs");
    private static final Pattern CID = Pattern.compile("guest-cid=(\\d{1,10})");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})([KMGT]?)");
    private static final String RUNNING = "running";

    public static Observed of(Value answer) {
        Map<String, String> config = new TreeMap<>();
        answer.at("config").map().forEach((key, value) -> config.put(key, value.text()));
        return new Observed(
                new GuestId(answer.text("server"), (int) answer.number(0, "vmid")),
                GuestKind.of(answer.text("kind")),
                answer.text("name"),
                answer.text("node"),
                answer.text("state"),
                answer.text("template").equals("true"),
                config,
                answer);
    }

    public boolean isRunning() {
        return state.equals(RUNNING);
    }

    public int cpus() {
        return number("cores", 1) * number("sockets", 1);
    }

    public long memoryMib() {
        String said = config.getOrDefault("memory", "512");
        Matcher current = Pattern.compile("(?:current=)?(\\d{1,9})").matcher(said);
        return current.matches() ? Long.parseLong(current.group(1)) : 0;
    }

    public boolean isOnBoot() {
        return config.getOrDefault("onboot", "0").equals("1");
    }

    public List<String> tags() {
        return Stream.of(config.getOrDefault("tags", "").split("[;, ]", -1))
                .filter(it -> !it.isEmpty())
                .sorted()
                .toList();
    }

    public Optional<Long> cid() {
        Matcher cid = CID.matcher(config.getOrDefault("args", ""));
        return cid.find() ? Optional.of(Long.parseLong(cid.group(1))) : Optional.empty();
    }

    /** Its disks by slot, without CD drives. */
    public List<Disk> disks() {
        return config.keySet().stream()
                .filter(it -> DISK.matcher(it).matches())
                .flatMap(it -> disk(it).stream())
                .toList();
    }

    /** What a slot has; empty for none, and for what is no disk of whole GiB on a storage. */
    public Optional<Disk> disk(String slot) {
        Map<String, String> parts = parts(slot, "volume");
        String volume = parts.getOrDefault("volume", "");
        Matcher size = SIZE.matcher(parts.getOrDefault("size", ""));
        boolean isDisk =
                volume.contains(":")
                        && !parts.getOrDefault("media", "").equals("cdrom")
                        && !volume.contains("cloudinit")
                        && size.matches();
        if (!isDisk) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new Disk(
                            slot,
                            volume.substring(0, volume.indexOf(':')),
                            bytes(Long.parseLong(size.group(1)), size.group(2)),
                            slot.startsWith("mp") ? parts.getOrDefault("mp", "") : ""));
        } catch (IllegalArgumentException _) {
            return Optional.empty(); // a size of a few MiB, as that of an EFI disk
        }
    }

    private static long bytes(long number, String unit) {
        return switch (unit) {
            case "K" -> number << 10;
            case "M" -> number << 20;
            case "G" -> number << 30;
            case "T" -> number << 40;
            default -> number;
        };
    }

    /** A card, such as {@code net0}; empty if there is none, or none on a bridge. */
    public Optional<Nic> nic(int index) {
        Map<String, String> card = parts("net" + index, "");
        String model =
                card.keySet().stream()
                        .filter(it -> kind == GuestKind.VM && !it.equals("bridge"))
                        .findFirst()
                        .orElse(Nic.MODEL);
        Map<String, String> ip = kind == GuestKind.VM ? parts("ipconfig" + index, "") : card;
        try {
            return Optional.of(
                    new Nic(
                            card.getOrDefault("bridge", ""),
                            Integer.parseInt(card.getOrDefault("tag", "0")),
                            kind == GuestKind.VM ? model : Nic.MODEL,
                            ip.getOrDefault("ip", ""),
                            ip.getOrDefault("gw", "")));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Its cards from net0 on, up to the first number that it has not. */
    public List<Nic> nics() {
        return Stream.iterate(0, it -> it + 1)
                .limit(32)
                .map(this::nic)
                .takeWhile(Optional::isPresent)
                .map(Optional::get)
                .toList();
    }

    /**
     * The parts of a value such as {@code local:disk,size=8G}.
     *
     * @param first the name of a first part that has none
     */
    Map<String, String> parts(String key, String first) {
        Map<String, String> parts = new LinkedHashMap<>();
        for (String part : config.getOrDefault(key, "").split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                parts.put(part.substring(0, equals), part.substring(equals + 1));
            } else if (!part.isEmpty() && !first.isEmpty()) {
                parts.put(first, part);
            }
        }
        return parts;
    }

    private int number(String key, int otherwise) {
        String text = config.getOrDefault(key, "");
        return text.matches("\\d{1,5}") ? Integer.parseInt(text) : otherwise;
    }

    /** What plans look at, in one form. */
    public Value facts() {
        Map<String, Value> facts = new LinkedHashMap<>();
        config.forEach((key, value) -> {
            if (FACTS.matcher(key).matches()) {
                facts.put(key, Value.of(value));
            }
        });
        return Value.members(
                "id", id.toString(),
                "kind", kind.word(),
                "name", name,
                "node", node,
                "state", state,
                "template", isTemplate,
                "config", new Value.Members(facts));
    }
}
