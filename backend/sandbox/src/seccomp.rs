//! The system calls that a run may make.
//!
//! A list of what is allowed; everything else answers EPERM. Allowed is what Python, its C extensions and threads use on files,
//! memory, processes and sockets of their own. Not on the list: namespaces, mounts, other processes' memory, keyrings, kernel
//! modules and programs, io_uring, perf, clocks. Three calls are allowed by their arguments: `clone` without namespaces,
//! `socket` for unix and internet streams and datagrams, `personality` for asking.
//!
//! `clone3` hides its flags behind a pointer that a filter cannot follow: it answers ENOSYS, and the C library takes `clone`.

use std::collections::BTreeMap;

use libc::*;
use nix::errno::Errno;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen::Dword, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};

/// The two programs that the kernel runs before each call; made once, put on after the fork.
pub struct Filter {
    allowed: BpfProgram,
    absent: BpfProgram,
}

impl Filter {
    /// For the machine's own instruction set.
    pub fn new() -> Result<Self, FilterError> {
        let arch = || std::env::consts::ARCH.try_into().map_err(FilterError::Compile);
        let compile =
            |filter: Result<SeccompFilter, BackendError>| filter.and_then(BpfProgram::try_from).map_err(FilterError::Compile);
        let allowed = SeccompFilter::new(rules()?, SeccompAction::Errno(EPERM as u32), SeccompAction::Allow, arch()?);
        let absent: BTreeMap<i64, Vec<SeccompRule>> = ABSENT.into_iter().map(|call| (call, Vec::new())).collect();
        let absent = SeccompFilter::new(absent, SeccompAction::Allow, SeccompAction::Errno(ENOSYS as u32), arch()?);
        Ok(Filter { allowed: compile(allowed)?, absent: compile(absent)? })
    }

    /// Puts it on this process and those it will start. `no_new_privs` must be set.
    pub fn apply(&self) -> Result<(), FilterError> {
        seccompiler::apply_filter(&self.allowed).map_err(refused)?;
        // Of two refusals the one that was put on last gives the error number.
        seccompiler::apply_filter(&self.absent).map_err(refused)
    }
}

fn refused(error: seccompiler::Error) -> FilterError {
    match error {
        seccompiler::Error::Prctl(error) | seccompiler::Error::Seccomp(error) => {
            FilterError::Refused(Errno::from_raw(error.raw_os_error().unwrap_or(EIO)))
        }
        _ => FilterError::Refused(Errno::EIO),
    }
}

fn rules() -> Result<BTreeMap<i64, Vec<SeccompRule>>, FilterError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    #[cfg(target_arch = "x86_64")]
    rules.extend(ALLOWED_X86_64.iter().map(|call| (*call, Vec::new())));
    let is = |argument, operator, value| SeccompCondition::new(argument, Dword, operator, value).map_err(FilterError::Compile);
    let rule = |conditions| SeccompRule::new(conditions).map_err(FilterError::Compile);
    // On both machines that we build for, the flags of `clone` come first.
    rules.insert(SYS_clone, vec![rule(vec![is(0, SeccompCmpOp::MaskedEq(NAMESPACES), 0)?])?]);
    rules.insert(SYS_personality, vec![rule(vec![is(0, SeccompCmpOp::Eq, u64::from(u32::MAX))?])?]);
    let mut sockets = Vec::new();
    for family in [AF_UNIX, AF_INET, AF_INET6] {
        for kind in [SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET] {
            sockets.push(rule(vec![
                is(0, SeccompCmpOp::Eq, family as u64)?,
                is(1, SeccompCmpOp::MaskedEq(SOCKET_KIND), kind as u64)?,
            ])?);
        }
    }
    rules.insert(SYS_socket, sockets);
    Ok(rules)
}

/// The bits of `socket`'s second argument that say what kind it is; the others say close-on-exec and non-blocking.
const SOCKET_KIND: u64 = 0xf;

/// The flags of `clone` that make namespaces. The one for time (0x80) shares its bit with the exit signal and cannot be asked of
/// `clone`.
const NAMESPACES: u64 =
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET) as u32 as u64;

/// Calls that answer as on a kernel that does not have them.
const ABSENT: [i64; 1] = [SYS_clone3];

/// Calls of every machine, by what they are about.
#[rustfmt::skip]
const ALLOWED: &[i64] = &[
    // Files: reading, writing, moving through them.
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64, SYS_preadv, SYS_pwritev, SYS_preadv2, SYS_pwritev2,
    SYS_lseek, SYS_close, SYS_close_range, SYS_openat, SYS_openat2, SYS_dup, SYS_dup3, SYS_fcntl, SYS_flock, SYS_ioctl,
    SYS_fsync, SYS_fdatasync, SYS_sync_file_range, SYS_sync, SYS_syncfs, SYS_ftruncate, SYS_truncate, SYS_fallocate,
    SYS_fadvise64, SYS_readahead, SYS_sendfile, SYS_copy_file_range, SYS_splice, SYS_tee, SYS_vmsplice, SYS_pipe2,
    // Files: what they are and are called.
    SYS_fstat, SYS_newfstatat, SYS_statx, SYS_statfs, SYS_fstatfs, SYS_faccessat, SYS_faccessat2, SYS_getdents64,
    SYS_readlinkat, SYS_unlinkat, SYS_renameat, SYS_renameat2, SYS_linkat, SYS_symlinkat, SYS_mkdirat, SYS_mknodat, SYS_fchmod,
    SYS_fchmodat, SYS_fchown, SYS_fchownat, SYS_utimensat, SYS_umask, SYS_getcwd, SYS_chdir, SYS_fchdir, SYS_getxattr,
    SYS_lgetxattr, SYS_fgetxattr, SYS_listxattr, SYS_llistxattr, SYS_flistxattr, SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr,
    SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr, SYS_inotify_init1, SYS_inotify_add_watch, SYS_inotify_rm_watch,
    // Waiting for descriptors.
    SYS_ppoll, SYS_pselect6, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait, SYS_epoll_pwait2, SYS_eventfd2, SYS_signalfd4,
    SYS_timerfd_create, SYS_timerfd_settime, SYS_timerfd_gettime,
    // Memory.
    SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise, SYS_msync, SYS_mincore, SYS_mlock, SYS_mlock2, SYS_munlock,
    SYS_mlockall, SYS_munlockall, SYS_brk, SYS_memfd_create, SYS_membarrier, SYS_mbind, SYS_get_mempolicy, SYS_set_mempolicy,
    SYS_pkey_alloc, SYS_pkey_free, SYS_pkey_mprotect, SYS_shmget, SYS_shmat, SYS_shmctl, SYS_shmdt, SYS_semget, SYS_semop,
    SYS_semctl, SYS_semtimedop, SYS_msgget, SYS_msgsnd, SYS_msgrcv, SYS_msgctl, SYS_mq_open, SYS_mq_unlink, SYS_mq_timedsend,
    SYS_mq_timedreceive, SYS_mq_notify, SYS_mq_getsetattr,
    // Processes and threads.
    SYS_execve, SYS_execveat, SYS_exit, SYS_exit_group, SYS_wait4, SYS_waitid, SYS_getpid, SYS_getppid, SYS_gettid,
    SYS_set_tid_address, SYS_set_robust_list, SYS_get_robust_list, SYS_rseq, SYS_futex, SYS_futex_waitv, SYS_prctl,
    SYS_pidfd_open, SYS_pidfd_send_signal, SYS_setsid, SYS_getsid, SYS_setpgid, SYS_getpgid, SYS_getrusage, SYS_times,
    SYS_prlimit64, SYS_getrlimit, SYS_setrlimit, SYS_getpriority, SYS_setpriority, SYS_ioprio_get, SYS_ioprio_set,
    SYS_sched_yield, SYS_sched_getaffinity, SYS_sched_setaffinity, SYS_sched_getparam, SYS_sched_setparam,
    SYS_sched_getscheduler, SYS_sched_setscheduler, SYS_sched_get_priority_max, SYS_sched_get_priority_min,
    SYS_sched_rr_get_interval, SYS_sched_getattr, SYS_sched_setattr, SYS_getcpu, SYS_restart_syscall,
    // Who one is; without capabilities none of these gives anything.
    SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_getresuid, SYS_getresgid, SYS_getgroups, SYS_setuid, SYS_setgid,
    SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid, SYS_setgroups, SYS_setfsuid, SYS_setfsgid, SYS_capget, SYS_capset,
    // Signals.
    SYS_kill, SYS_tkill, SYS_tgkill, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigpending, SYS_rt_sigreturn,
    SYS_rt_sigsuspend, SYS_rt_sigtimedwait, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_sigaltstack,
    // Time.
    SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_gettimeofday, SYS_nanosleep, SYS_getitimer, SYS_setitimer,
    SYS_timer_create, SYS_timer_settime, SYS_timer_gettime, SYS_timer_getoverrun, SYS_timer_delete,
    // Sockets; which may be made is said above.
    SYS_socketpair, SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_connect, SYS_shutdown, SYS_getsockname, SYS_getpeername,
    SYS_sendto, SYS_recvfrom, SYS_sendmsg, SYS_recvmsg, SYS_sendmmsg, SYS_recvmmsg, SYS_setsockopt, SYS_getsockopt,
    // The machine.
    SYS_uname, SYS_sysinfo, SYS_getrandom,
    // A program may shut itself in further.
    SYS_seccomp, SYS_landlock_create_ruleset, SYS_landlock_add_rule, SYS_landlock_restrict_self,
];

/// The older calls that only this machine has.
#[rustfmt::skip]
#[cfg(target_arch = "x86_64")]
const ALLOWED_X86_64: &[i64] = &[
    SYS_open, SYS_creat, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_unlink, SYS_rename, SYS_link, SYS_symlink,
    SYS_mkdir, SYS_rmdir, SYS_mknod, SYS_chmod, SYS_chown, SYS_lchown, SYS_utime, SYS_utimes, SYS_futimesat, SYS_getdents,
    SYS_dup2, SYS_pipe, SYS_poll, SYS_select, SYS_epoll_create, SYS_epoll_wait, SYS_eventfd, SYS_signalfd, SYS_inotify_init,
    SYS_fork, SYS_vfork, SYS_getpgrp, SYS_alarm, SYS_pause, SYS_time, SYS_arch_prctl,
];

/// Why there is no filter.
#[derive(Debug, thiserror::Error)]
pub enum FilterError {
    /// The list makes no program, or not for this machine.
    #[error("the list of system calls cannot be compiled: {0}")]
    Compile(BackendError),
    /// The kernel did not take it.
    #[error("the kernel refused the list of system calls: {0}")]
    Refused(Errno),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_compiles_for_this_machine() {
        assert!(Filter::new().is_ok());
    }

    #[test]
    fn what_reaches_beyond_the_run_is_not_on_the_list() {
        let rules = rules().unwrap();
        for call in [
            SYS_unshare,
            SYS_setns,
            SYS_mount,
            SYS_umount2,
            SYS_pivot_root,
            SYS_chroot,
            SYS_move_mount,
            SYS_fsopen,
            SYS_open_tree,
            SYS_mount_setattr,
            SYS_ptrace,
            SYS_process_vm_readv,
            SYS_process_vm_writev,
            SYS_keyctl,
            SYS_add_key,
            SYS_request_key,
            SYS_bpf,
            SYS_io_uring_setup,
            SYS_io_uring_enter,
            SYS_io_uring_register,
            SYS_userfaultfd,
            SYS_perf_event_open,
            SYS_kexec_load,
            SYS_init_module,
            SYS_finit_module,
            SYS_delete_module,
            SYS_clone3,
            SYS_pidfd_getfd,
            SYS_kcmp,
            SYS_reboot,
            SYS_swapon,
            SYS_settimeofday,
            SYS_clock_settime,
            SYS_syslog,
            SYS_open_by_handle_at,
            SYS_quotactl,
            SYS_acct,
        ] {
            assert!(!rules.contains_key(&call), "system call {call}");
        }
    }
}
