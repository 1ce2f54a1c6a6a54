package dev.culvert.daemon.enrol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Enrolments of a daemon without a {@code state_dir}: they end with it. */
public final class MemoryEnrolments implements EnrolmentStore {
    private final Map<String, Enrolment> byId = new LinkedHashMap<>();

    @Override
    public boolean isKept() {
        return false;
    }

    @Override
    public synchronized List<Enrolment> read() {
        return List.copyOf(byId.values());
    }

    @Override
    public synchronized void save(Enrolment enrolment) {
        byId.put(enrolment.id(), enrolment);
    }

    @Override
    public synchronized void delete(String id) {
        byId.remove(id);
    }
}
