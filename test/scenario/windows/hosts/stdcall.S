/*
 * int checked_call(mps_call call, char *req, char *resp, int *taken), itself cdecl: makes the call
 * and stores how many bytes the callee took from the stack, or -1 if it left ebx, esi or edi other
 * than they were. A callee that spoils ebp crashes here.
 */
        .globl  _checked_call
_checked_call:
        pushl   %ebp
        pushl   %ebx
        pushl   %esi
        pushl   %edi
        movl    %esp, %ebp
        movl    $0x1234567, %ebx
        movl    $0x2345678, %esi
        movl    $0x3456789, %edi
        pushl   28(%ebp)                /* resp */
        pushl   24(%ebp)                /* req */
        call    *20(%ebp)
        leal    8(%esp), %ecx           /* ebp, if nothing was taken */
        subl    %ebp, %ecx
        cmpl    $0x1234567, %ebx
        jne     spoilt
        cmpl    $0x2345678, %esi
        jne     spoilt
        cmpl    $0x3456789, %edi
        je      done
spoilt: movl    $-1, %ecx
done:   movl    32(%ebp), %edx
        movl    %ecx, (%edx)
        movl    %ebp, %esp
        popl    %edi
        popl    %esi
        popl    %ebx
        popl    %ebp
        ret
