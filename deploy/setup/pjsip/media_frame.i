/* Additions to PJSIP's Python binding: audio in and out of Python in one copy each.
 *
 * SWIG lets go of Python's lock around every wrapped call. These functions touch Python objects,
 * so they must keep it: PJSIP's own two helpers on ByteVector do not, and could crash the process
 * while another thread runs.
 */
#ifdef SWIGPYTHON

%nothreadallow pj::MediaFrame::toBytes;
%nothreadallow pj::MediaFrame::fromBytes;
%nothreadallow std::vector<unsigned char>::assign_from_bytes;
%nothreadallow std::vector<unsigned char>::copy_to_bytearray;

%exception pj::MediaFrame::fromBytes {
    $action
    if (PyErr_Occurred())
        SWIG_fail;
}

%extend pj::MediaFrame {
    /* The audio of this frame as `bytes`; empty where the frame carries none. */
    PyObject* toBytes() {
        return PyBytes_FromStringAndSize((const char*)$self->buf.data(),
                                         (Py_ssize_t)$self->buf.size());
    }

    /* Fills the frame from a bytes-like object. `size` holds the room that the library offers:
     * what goes beyond it is cut off, since the library would copy it over its own memory. */
    void fromBytes(PyObject* audio) {
        Py_buffer view;
        if (PyObject_GetBuffer(audio, &view, PyBUF_SIMPLE) != 0)
            return;
        size_t length = (size_t)view.len;
        if ($self->size > 0 && length > $self->size)
            length = $self->size;
        const unsigned char* start = (const unsigned char*)view.buf;
        $self->buf.assign(start, start + length);
        $self->size = (unsigned)length;
        $self->type = length > 0 ? PJMEDIA_FRAME_TYPE_AUDIO : PJMEDIA_FRAME_TYPE_NONE;
        PyBuffer_Release(&view);
    }
}

/* How many calls the running library was initialised for. */
%inline %{
unsigned callMaxCount() { return pjsua_call_get_max_count(); }
%}

#endif
