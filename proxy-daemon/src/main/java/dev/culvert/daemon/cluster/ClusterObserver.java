package dev.culvert.daemon.cluster;

/** Counts what happens with the registry. Called on any thread. */
public interface ClusterObserver {
    /** Another host's value has come. */
    void onUpdate();

    /** A value could not be read, or is one too many. */
    void onRefused();

    /** The registry could not be reached, or did not do what it was asked to. */
    void onFailure();
}
