package dev.culvert.daemon.cluster;

import dev.culvert.io.Quoted;
import dev.culvert.registry.Bucket;
import dev.culvert.registry.BucketEntry;
import dev.culvert.registry.RevisionException;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The entry of this host in the bucket. */
final class Claim {
    private final Bucket bucket;
    private long revision = -1;
    private @Nullable Other other;

    Claim(Bucket bucket) {
        this.bucket = bucket;
    }

    /** Who has the name instead, and the revision with which it was seen first. */
    private record Other(String epoch, long revision) {}

    /** Writes it. Returns null, or why it has no place there: a sentence. */
    @Nullable String say(ClusterHost host) throws IOException {
        byte[] text = HostText.write(host);
        if (revision >= 0) {
            try {
                revision = bucket.update(host.name(), text, revision);
                return null;
            } catch (RevisionException _) {
                revision = -1; // it was away for too long
            }
        }
        try {
            revision = bucket.create(host.name(), text);
            return null;
        } catch (RevisionException _) {
            return instead(host, text);
        }
    }

    private @Nullable String instead(ClusterHost host, byte[] text) throws IOException {
        Optional<BucketEntry> entry = bucket.find(host.name());
        if (entry.isEmpty()) {
            try {
                revision = bucket.create(host.name(), text);
                return null;
            } catch (RevisionException _) {
                return "its entry has just changed";
            }
        }
        ClusterHost there;
        try {
            there = HostText.read(host.name(), entry.get().value());
        } catch (IOException e) {
            return "the registry has an entry with this host's name, %s, that cannot be read (%s): remove it, or wait until it has gone"
                    .formatted(host.name(), e.getMessage());
        }
        if (there.epoch().equals(host.epoch())) {
            try {
                revision = bucket.update(host.name(), text, entry.get().revision());
                return null;
            } catch (RevisionException _) {
                return "its entry has just changed";
            }
        }
        Other before = other;
        if (before == null || !before.epoch().equals(there.epoch())) {
            before = new Other(there.epoch(), entry.get().revision());
            other = before;
        }
        return entry.get().revision() == before.revision()
                ? "the registry still has the entry of %s that was started %s: if that was this host before, it goes within three heartbeats"
                        .formatted(host.name(), there.started())
                : "another host at %s has the name %s: give one of them another cluster.name, and restart it"
                        .formatted(Quoted.word(there.url()), host.name());
    }

    /** Of what it wrote last; negative if it has no place. */
    long revision() {
        return revision;
    }

    void leave(ClusterHost host) throws IOException {
        if (revision >= 0) {
            bucket.delete(host.name(), revision);
        }
    }
}
