package dev.culvert.daemon.triggers;

import dev.culvert.settings.Node;
import org.jspecify.annotations.Nullable;

/** Something that is waited for. Confined to the event loop of the triggers. */
interface Trigger {
    void stop();

    /** What happens then. */
    interface Fire {
        /**
         * Starts the flow.
         *
         * @param key the same cause has the same key; null for one that comes once
         * @param payload what came with it; null if nothing did
         * @param then is run when it has started, or will not; on any thread
         */
        void fire(@Nullable String key, @Nullable Node payload, Runnable then);

        /** Counts a time at which the daemon was away. */
        void missed();
    }
}
