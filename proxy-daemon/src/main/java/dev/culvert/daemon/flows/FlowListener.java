package dev.culvert.daemon.flows;

/** Is told of each change of a run, on the run's event loop. */
public interface FlowListener {
    void onChanged(RunView view);
}
