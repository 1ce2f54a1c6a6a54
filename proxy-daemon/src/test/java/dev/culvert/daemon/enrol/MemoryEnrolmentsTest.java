package dev.culvert.daemon.enrol;

class MemoryEnrolmentsTest implements EnrolmentStoreContract {
    @Override
    public EnrolmentStore open() {
        return new MemoryEnrolments();
    }
}
