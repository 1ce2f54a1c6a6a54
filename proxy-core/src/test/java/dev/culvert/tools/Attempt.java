package dev.culvert.tools;

/** One attempt to get out of the tools' directory, or to hang or exhaust the agent. */
record Attempt(String name, Act act) {
    interface Act {
        void on(Scene scene) throws Exception;
    }

    @Override
    public String toString() {
        return name;
    }
}
