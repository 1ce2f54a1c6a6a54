package dev.culvert.faults;

/** The table of a run. It is made while the programs still run, because it reads their memory. */
record Report(FaultPlan plan, Stage stage, Tally tally) {
    @Override
    public String toString() {
        Scene scene = stage.scene();
        StringBuilder table = new StringBuilder();
        table.append("%n== faults, seed %d ==%n".formatted(plan.seed()));
        table.append(tally.table());
        line(table, "answers that the runtime started", scene.runtime().started());
        line(table, "answers that it started twice", scene.runtime().startedTwice());
        memory(table, "daemon", scene.daemon().residentMegabytes(), scene.daemon().peakMegabytes());
        stage.agents()
                .forEach((road, agent) -> {
                    Program guest = agent.guest();
                    memory(
                            table,
                            "guest " + road,
                            guest.residentMegabytes(),
                            guest.peakMegabytes());
                });
        line(table, "violations", tally.violations().size());
        line(table, "seconds", tally.took().toSeconds());
        return table.toString();
    }

    private static void memory(StringBuilder table, String program, long resident, long peak) {
        line(table, program + ", resident at the end, MB", resident);
        line(table, program + ", peak, MB", peak);
    }

    private static void line(StringBuilder table, String what, long value) {
        table.append("%-52s %8d%n".formatted(what, value));
    }
}
