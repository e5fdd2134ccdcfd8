;; SPDX-License-Identifier: MIT
;; SBCL: a counter without a lock, mutexes, wait queues and time-outs.
(require :sb-concurrency)
(defvar *counter* 0)
(defvar *trace* nil)
(defvar *mutex* (sb-thread:make-mutex))
(defvar *queue* (sb-thread:make-waitqueue))
(defvar *tickets* 0)
(defvar *mailbox* (sb-concurrency:make-mailbox))

(defun work (me)
  (dotimes (i 20000)
    (setf *counter* (1+ *counter*))
    (when (zerop (mod i 5000)) (sb-thread:thread-yield)))
  (dotimes (i 15)
    (sb-thread:with-mutex (*mutex*)
      (loop while (zerop *tickets*)
            do (unless (sb-thread:condition-wait *queue* *mutex*
                                                 :timeout 0.002)
                 (push (list :late me) *trace*)
                 (sb-thread:grab-mutex *mutex*)))
      (decf *tickets*)
      (push (list me i) *trace*))
    (sb-concurrency:send-message *mailbox* (list me i))
    (sleep 0.0005)))

(let ((threads (loop for i below 4
                     collect (let ((i i))
                               (sb-thread:make-thread
                                (lambda () (work i)))))))
  (dotimes (i 60)
    (sb-thread:with-mutex (*mutex*)
      (incf *tickets*)
      (sb-thread:condition-notify *queue*))
    (when (zerop (mod i 7)) (sleep 0.001)))
  (mapc #'sb-thread:join-thread threads))
(print *counter*)
(print *trace*)
(print (sb-concurrency:receive-pending-messages *mailbox*))
