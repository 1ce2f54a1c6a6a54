package dev.culvert.daemon.proxmox;

/** How a task is. */
public sealed interface TaskState {
    /** It works. */
    record Running() implements TaskState {}

    /** It has done everything. */
    record Ok() implements TaskState {}

    /**
     * It has done everything, and complained.
     *
     * @param exit what Proxmox says, such as {@code WARNINGS: 1}
     */
    record Warnings(String exit) implements TaskState {}

    /**
     * It has not done it.
     *
     * @param exit what Proxmox says
     */
    record Failed(String exit) implements TaskState {}

    /** From an answer of {@code /nodes/NODE/tasks/UPID/status}. */
    static TaskState of(Fields status) {
        return "running".equals(status.text("status"))
                ? new Running()
                : ofExit(status.textOr("exitstatus", "unknown"));
    }

    /** From what a task that is over says at its end. */
    static TaskState ofExit(String exit) {
        if (exit.equals("OK")) {
            return new Ok();
        }
        return exit.startsWith("WARNINGS") ? new Warnings(exit) : new Failed(exit);
    }

    /** As people and programs read it. */
    default String label() {
        return switch (this) {
            case Running _ -> "running";
            case Ok _ -> "ok";
            case Warnings _ -> "warnings";
            case Failed _ -> "failed";
        };
    }

    /** What Proxmox says at the end; empty while it runs. */
    default String exit() {
        return switch (this) {
            case Running _ -> "";
            case Ok _ -> "OK";
            case Warnings(String exit) -> exit;
            case Failed(String exit) -> exit;
        };
    }
}
