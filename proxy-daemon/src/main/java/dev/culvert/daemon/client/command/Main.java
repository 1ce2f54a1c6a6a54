package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Surroundings;

/** The entry point of {@code culvert}. */
public final class Main {
    private Main() {}

    /** Runs the verb that the arguments name; {@code culvert --help} lists the exit codes. */
    public static void main(String[] arguments) {
        Surroundings around = Surroundings.ofThisProcess();
        int code = Culvert.run(around, arguments);
        around.out().flush();
        around.err().flush();
        System.exit(code);
    }
}
